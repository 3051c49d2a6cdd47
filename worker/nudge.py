"""A nudge tells a Celery worker that something arrived. It may be lost: `tally --watch` polls the database anyway.

Nudges leave from a thread of their own: no bin waits for the broker, and what arrives in a burst becomes one nudge.
"""

import os
import threading

import structlog
from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

NUDGE_TIMEOUT_S = 2  # how long a frozen broker is waited for
PAUSE_S = 10.0  # after a lost nudge; `tally --watch` sees what arrives within a second all the same
BURST_S = 0.05  # what arrives within it after a nudge shares the next one
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


class Nudger:
    """Sends a nudge for what was asked since the last one, in a daemon thread that starts with the first."""

    def __init__(self) -> None:
        self.lost_count = 0
        self._asked = threading.Event()
        self._resting = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._pid = 0

    def ask(self) -> None:
        """A nudge leaves soon. Returns at once, whatever the broker does."""
        self._asked.set()
        if self._thread is not None and self._pid == os.getpid():
            return
        with self._starting:
            if self._thread is None or self._pid != os.getpid():  # a fork takes no thread along
                self._pid = os.getpid()
                self._thread = threading.Thread(target=self._run, name="nudge", daemon=True)
                self._thread.start()

    def end_rest(self) -> None:
        """Nudge again at once (for tests that mend their broker)."""
        self._resting.set()

    def _run(self) -> None:
        while True:
            self._asked.wait()
            self._asked.clear()
            is_sent = send_nudge()
            self.lost_count += not is_sent
            self._resting.clear()
            self._resting.wait(BURST_S if is_sent else PAUSE_S)


nudger = Nudger()


def nudge_tally() -> None:
    """Have a worker asked to tally what arrived. Call it after commit; it neither waits nor raises."""
    nudger.ask()


def send_nudge() -> bool:
    """Ask a worker to tally what arrived; whether the broker took it within NUDGE_TIMEOUT_S. Never raises for it."""
    try:
        # A connection of its own: one from a pool may have died half-open, and the next nudge would hang on it.
        with sender.connection_for_write() as connection:
            sender.send_task(TALLY_TASK, connection=connection, retry=False)
    except (OperationalError, OSError, RedisError) as error:
        log.warning("nudge_lost", error=str(error)[:200], next_in_s=PAUSE_S)
        return False
    return True
