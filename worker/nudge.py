"""A nudge tells a Celery worker that something arrived. It may be lost: `tally --watch` polls the database anyway."""

import structlog
from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError

NUDGE_TIMEOUT_S = 2  # a frozen broker must not keep a bin waiting longer
TALLY_TASK = "worker.tally_pending"

log = structlog.get_logger(__name__)

# The sender's own application: the workers' generous timeouts and endless retries would hold a request.
sender = Celery("fenfen-nudge", broker=settings.REDIS_URL, set_as_current=False)
sender.conf.update(
    task_ignore_result=True,
    broker_pool_acquire_timeout=1,
    broker_connection_retry=False,
    broker_connection_max_retries=0,
    broker_connection_timeout=NUDGE_TIMEOUT_S,
    broker_transport_options={
        "socket_timeout": NUDGE_TIMEOUT_S,
        "socket_connect_timeout": NUDGE_TIMEOUT_S,
        "retry_on_timeout": False,
        "max_retries": 0,
    },
)


def nudge_tally() -> bool:
    """Ask a worker to tally what arrived. Call it after commit.

    Returns whether the broker took it; never raises because of the broker.
    """
    try:
        sender.send_task(TALLY_TASK, retry=False)
    except (OperationalError, OSError, TimeoutError) as error:
        # A broken connection must not be handed to the next caller.
        sender.pool.force_close_all()
        log.warning("nudge_lost", error=str(error)[:200])
        return False
    return True
