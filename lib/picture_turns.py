"""One picture after another: what a process decodes at once is bounded, because each may take 150 MB."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lib.errors import DomainError

WAITING_MAX = 2  # so that photos leave most threads of a web process to other requests

_places = threading.BoundedSemaphore(1 + WAITING_MAX)
_turn = threading.Lock()


class PicturesBusy(DomainError):
    """As many pictures wait as may."""

    code = "photos_busy"
    message = "正在处理的照片太多,请稍后再传 (too many photos at once, try again in a moment)"


@contextmanager
def picture_turn() -> Iterator[None]:
    """Wait until no other thread of this process works on a picture; meanwhile none of them can.

    :raises PicturesBusy: WAITING_MAX are waiting already.
    """
    if not _places.acquire(blocking=False):
        raise PicturesBusy
    try:
        with _turn:
            yield
    finally:
        _places.release()
