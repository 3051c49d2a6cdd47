"""One picture after another: what a process decodes at once is bounded, because each may take 100 MB."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from lib.errors import DomainError

WAITING_MAX = 2  # so that photos leave most threads of a web process to other requests
Result = TypeVar("Result")

_places = threading.BoundedSemaphore(1 + WAITING_MAX)
# A thread of its own: glibc keeps some of what a thread gave back, and so does it once, not once a web thread.
_worker = ThreadPoolExecutor(1, thread_name_prefix="pictures")


class PicturesBusy(DomainError):
    """As many pictures wait as may."""

    code = "photos_busy"
    message = "正在处理的照片太多，请稍后再传 (too many photos at once, try again in a moment)"


def in_turn(*, work: Callable[[], Result]) -> Result:
    """Do some work on a picture when no other thread of this process does any; what it returns or raises.

    :raises PicturesBusy: WAITING_MAX are waiting already.
    """
    if not _places.acquire(blocking=False):
        raise PicturesBusy
    try:
        return _worker.submit(work).result()
    finally:
        _places.release()
