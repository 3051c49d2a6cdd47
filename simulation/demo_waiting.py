"""Waits until the workers have tallied everything; tallies itself where no worker does."""

import time
from collections.abc import Callable

from django.utils import timezone

from sorting.models import DropOffBatch
from worker.tally import drain

POLL_S = 0.2
PATIENCE_S = 15.0  # without any progress


def wait_for_tally(*, say: Callable[[str], None]) -> bool:
    """Wait for the workers; whether they did it. After PATIENCE_S without progress the rest is tallied here, aloud.

    :raises django.db.OperationalError: the database is away, or its locks are.
    """
    waiting = _untallied()
    since = time.monotonic()
    while waiting:
        time.sleep(POLL_S)
        now_waiting = _untallied()
        if now_waiting != waiting:
            waiting, since = now_waiting, time.monotonic()
        elif time.monotonic() - since > PATIENCE_S:
            say(
                f"{waiting} 批 {PATIENCE_S:.0f} 秒没有进展,由本命令结算 "
                "(no progress: are the workers running? tallying here)"
            )
            drain(now=timezone.now())
            return False
    return True


def _untallied() -> int:
    return DropOffBatch.objects.filter(tallied_at=None).count()
