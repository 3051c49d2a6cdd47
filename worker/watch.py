"""The loop that does not need Redis: it polls the database, tallies what is due, and does the timetable's chores.

A Celery worker whose broker connection died half-open hears nothing and logs nothing; this loop goes on.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import FrameType

import structlog
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from guides.services.appeals import escalate_overdue
from guides.services.sampling import commit_sample_keys
from people.code_senders import configured_sender
from people.services import send_waiting_codes
from points.expiry import announce_expiry, expire_due
from points.flags.look import look_tonight
from points.release import release_due
from points.services import expire_redemptions_due
from points.services.moving import follow_points
from sorting.services.alerts import watch_bins
from worker.tally import drain
from worker.transaction import Fate

log = structlog.get_logger(__name__)

POLL_S = 1.0  # a resident who looks at the phone after a drop-off finds it counted
RELEASE_EVERY_S = 60.0
WATCH_BINS_EVERY_S = 60.0
COMMIT_KEYS_EVERY_S = 3_600.0
EXPIRE_EVERY_S = 3_600.0  # it adds up two years of settlements, and falls due once a year
ANNOUNCE_EVERY_S = 6 * 3_600.0
LOOK_FOR_FLAGS_EVERY_S = 600.0  # done once a night by whoever comes first
CODES_POLL_S = 1.0  # somebody stands there with the phone in hand
EXPIRE_REDEMPTIONS_EVERY_S = 600.0  # they end at midnight, and a neighbour waits for the last piece
BACK_OFF_S_MAX = 15.0


@dataclass(slots=True)
class _Chore:
    """Something to do every so often. `due_at` is on the monotonic clock."""

    work: Callable[..., object]
    every_s: float
    due_at: float = 0.0


def watch() -> None:
    """Poll until SIGTERM or SIGINT.

    A database that is away is waited for, with growing pauses; any other failure is logged and tried again likewise.
    """
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    threading.Thread(target=_send_codes, args=(stop,), name="codes", daemon=True).start()
    chores = [
        _Chore(release_due, RELEASE_EVERY_S),
        _Chore(escalate_overdue, RELEASE_EVERY_S),
        _Chore(follow_points, RELEASE_EVERY_S),
        _Chore(watch_bins, WATCH_BINS_EVERY_S),
        _Chore(commit_sample_keys, COMMIT_KEYS_EVERY_S),
        _Chore(expire_due, EXPIRE_EVERY_S),
        _Chore(expire_redemptions_due, EXPIRE_REDEMPTIONS_EVERY_S),
        _Chore(announce_expiry, ANNOUNCE_EVERY_S),
        _Chore(look_tonight, LOOK_FOR_FLAGS_EVERY_S),
    ]
    pause_s = POLL_S
    while not stop.is_set():
        try:
            outcome = drain(now=timezone.now())
            if outcome.fate is not Fate.IDLE:
                log.info("tallied", batches=outcome.batch_count, rows=outcome.row_count, points=outcome.points)
            _do(chores=chores)
            pause_s = POLL_S
        except (OperationalError, InterfaceError) as error:
            pause_s = min(pause_s * 2, BACK_OFF_S_MAX)
            log.warning("database_away", error=str(error)[:200], again_in_s=pause_s)
            connection.close()
        except Exception:
            pause_s = min(pause_s * 2, BACK_OFF_S_MAX)
            log.exception("watch_failed", again_in_s=pause_s)
        stop.wait(pause_s)


def _send_codes(stop: threading.Event) -> None:
    """Send one-time codes as they come, in a thread of its own: a slow provider holds up no points."""
    sender = configured_sender()
    pause_s = CODES_POLL_S
    while not stop.wait(pause_s):
        try:
            send_waiting_codes(sender=sender, clock=timezone.now)
            pause_s = CODES_POLL_S
        except (OperationalError, InterfaceError):
            pause_s = min(pause_s * 2, BACK_OFF_S_MAX)
            connection.close()
        except Exception:
            pause_s = min(pause_s * 2, BACK_OFF_S_MAX)
            log.exception("codes_failed", again_in_s=pause_s)
    connection.close()


def _do(*, chores: Iterable[_Chore]) -> None:
    """Do what is due. A chore that fails is logged and waits for its next time: the tally of all others goes on.

    :raises OperationalError, InterfaceError: the database is away.
    """
    for chore in chores:
        if time.monotonic() < chore.due_at:
            continue
        chore.due_at = time.monotonic() + chore.every_s
        try:
            chore.work(now=timezone.now())
        except (OperationalError, InterfaceError):
            chore.due_at = 0.0
            raise
        except Exception:
            log.exception("chore_failed", chore=chore.work.__name__, again_in_s=chore.every_s)
