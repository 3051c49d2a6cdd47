"""Celery tasks: views for the queue. Each reads the clock and makes one call."""

from django.utils import timezone

from points.expiry import expire_due
from points.release import release_due
from sorting.services.messages import forget_old_messages
from worker.celery import app
from worker.nudge import TALLY_TASK
from worker.tally import drain


@app.task(name=TALLY_TASK)
def tally_pending() -> str:
    """Tally all that is waiting."""
    return drain(now=timezone.now()).fate.value


@app.task(name="worker.release_due_points")
def release_due_points() -> int:
    """Release what is past its checking window."""
    return release_due(now=timezone.now())


@app.task(name="worker.expire_due_points")
def expire_due_points() -> int:
    """Expire what has ended."""
    return expire_due(now=timezone.now())


@app.task(name="worker.forget_old_messages")
def forget_messages() -> int:
    """Delete the answers to bins that nobody will ask for again."""
    return forget_old_messages(now=timezone.now())
