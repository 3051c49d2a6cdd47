"""The loop that does not need Redis: it polls the database, tallies what is due and releases what is past checking.

A Celery worker whose broker connection died half-open hears nothing and logs nothing; this loop goes on.
"""

import signal
import threading
import time
from types import FrameType

import structlog
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from points.expiry import expire_due
from points.release import release_due
from worker.tally import drain
from worker.transaction import Fate

log = structlog.get_logger(__name__)

POLL_S = 1.0  # a resident who looks at the phone after a drop-off finds it counted
RELEASE_EVERY_S = 60.0
EXPIRE_EVERY_S = 3_600.0  # it reads the whole ledger, and falls due once a year
BACK_OFF_S_MAX = 15.0


def watch() -> None:
    """Poll until SIGTERM or SIGINT.

    A database that is away is waited for, with growing pauses; any other failure is logged and tried again likewise.
    """
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    pause_s = POLL_S
    release_at = expire_at = 0.0
    while not stop.is_set():
        try:
            outcome = drain(now=timezone.now())
            if outcome.fate is not Fate.IDLE:
                log.info("tallied", batches=outcome.batch_count, rows=outcome.row_count, points=outcome.points)
            if time.monotonic() >= release_at:
                release_due(now=timezone.now())
                release_at = time.monotonic() + RELEASE_EVERY_S
            if time.monotonic() >= expire_at:
                expire_due(now=timezone.now())
                expire_at = time.monotonic() + EXPIRE_EVERY_S
            pause_s = POLL_S
        except (OperationalError, InterfaceError) as error:
            pause_s = min(pause_s * 2, BACK_OFF_S_MAX)
            log.warning("database_away", error=str(error)[:200], again_in_s=pause_s)
            connection.close()
        except Exception:
            # One day that cannot be released must not end the tally of all others.
            pause_s = min(pause_s * 2, BACK_OFF_S_MAX)
            log.exception("watch_failed", again_in_s=pause_s)
        stop.wait(pause_s)
