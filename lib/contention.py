"""Deadlocks and waits for a lock: tried again a few times, and then said plainly."""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import structlog
from django.db import OperationalError, connection

from lib.errors import DomainError

ATTEMPTS_MAX = 5
GIVE_UP_AFTER_S = 12.0  # a person at a counter waits no longer; the last attempt may take the lock timeout besides
PAUSE_S_MAX = 0.1  # times the number of the attempt, by chance: two that met do not meet again
_CONTENTION_STATES = frozenset({"40P01", "40001", "55P03"})  # deadlock, serialization failure, lock not available

log = structlog.get_logger(__name__)
P = ParamSpec("P")
T = TypeVar("T")


class Busy(DomainError):
    """Others kept the rows locked for longer than we wait."""

    code = "busy"
    message = "现在操作的人太多，这一次没有办成，什么都没有变。请过几秒再试。"


def is_contention(error: OperationalError) -> bool:
    """Whether others were in the way: a deadlock or a lock that was not to be had. A database that is away is not."""
    state = getattr(error.__cause__, "sqlstate", None)
    return state in _CONTENTION_STATES or (state is None and "database is locked" in str(error))


def retry_on_contention(work: Callable[P, T]) -> Callable[P, T]:
    """Make a function of one transaction (`transaction.atomic` under this) begin anew where others were in the way.

    Inside a transaction that is already open nothing can begin anew: the error goes to whoever opened it. The
    function it makes raises Busy when it gives up; nothing has changed then.
    """

    @wraps(work)
    def tried(*args: P.args, **kwargs: P.kwargs) -> T:
        if connection.in_atomic_block:
            return work(*args, **kwargs)
        give_up_at = time.monotonic() + GIVE_UP_AFTER_S
        attempt = 1
        while True:
            try:
                return work(*args, **kwargs)
            except OperationalError as error:
                if not is_contention(error):
                    raise
                is_last = attempt == ATTEMPTS_MAX or time.monotonic() > give_up_at
                log.warning("contention", work=work.__name__, attempt=attempt, is_last=is_last)
                if is_last:
                    raise Busy from error
            time.sleep(random.uniform(0, PAUSE_S_MAX * attempt))  # noqa: S311 - no secret
            attempt += 1

    return tried
