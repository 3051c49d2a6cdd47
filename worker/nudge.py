"""A nudge tells a Celery worker that something arrived. It may be lost: `tally --watch` polls the database anyway."""

import time

import structlog
from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

NUDGE_TIMEOUT_S = 2  # a frozen broker must not keep a bin waiting longer
PAUSE_S = 10.0  # `tally --watch` sees what arrives within a second all the same
TALLY_TASK = "worker.tally_pending"

log = structlog.get_logger(__name__)

# The workers' generous timeouts and endless retries would hold a request: the sender has its own.
SENDER_SETTINGS = {
    "task_ignore_result": True,
    "broker_pool_acquire_timeout": 1,
    "broker_connection_retry": False,
    "broker_connection_max_retries": 0,
    "broker_connection_timeout": NUDGE_TIMEOUT_S,
    "broker_transport_options": {
        "socket_timeout": NUDGE_TIMEOUT_S,
        "socket_connect_timeout": NUDGE_TIMEOUT_S,
        "retry_on_timeout": False,
        "max_retries": 0,
    },
}
sender = Celery("fenfen-nudge", broker=settings.REDIS_URL, set_as_current=False)
sender.conf.update(SENDER_SETTINGS)


class _Pause:
    """Until when nudges are left out, on the monotonic clock of this process."""

    until_s = 0.0


def nudge_tally() -> bool:
    """Ask a worker to tally what arrived. Call it after commit.

    Returns whether the broker took it; never raises because of the broker. After a lost nudge the next ones are left
    out for PAUSE_S: a frozen broker costs one request its NUDGE_TIMEOUT_S, and not each.
    """
    if time.monotonic() < _Pause.until_s:
        return False
    try:
        # A connection of its own: one from a pool may have died half-open, and the next nudge would hang on it.
        with sender.connection_for_write() as connection:
            sender.send_task(TALLY_TASK, connection=connection, retry=False)
    except (OperationalError, OSError, RedisError) as error:
        _Pause.until_s = time.monotonic() + PAUSE_S
        log.warning("nudge_lost", error=str(error)[:200], next_in_s=PAUSE_S)
        return False
    return True


def end_pause() -> None:
    """Nudge again at once (for tests that mend their broker)."""
    _Pause.until_s = 0.0
