"""Several photos at once: one is worked on, two wait, and a fourth is told to come again."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from lib.picture_turns import WAITING_MAX, PicturesBusy, in_turn


def test_one_picture_is_worked_on_at_a_time_and_only_some_wait() -> None:
    at_work, most, lock = 0, 0, threading.Lock()
    is_busy, may_end = threading.Event(), threading.Event()

    def work() -> None:
        nonlocal at_work, most
        with lock:
            at_work, most = at_work + 1, max(most, at_work + 1)
        is_busy.set()
        assert may_end.wait(timeout=30)
        with lock:
            at_work -= 1

    def knock() -> bool:
        try:
            in_turn(work=work)
        except PicturesBusy:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        first = pool.submit(knock)
        assert is_busy.wait(timeout=30)
        others = [pool.submit(knock) for _ in range(9)]
        while sum(each.done() for each in others) < 9 - WAITING_MAX:
            threading.Event().wait(0.01)
        may_end.set()
        assert first.result()
        assert sum(each.result() for each in others) == WAITING_MAX
    assert most == 1


def test_a_turn_ends_with_the_error_of_whoever_had_it() -> None:
    for _ in range(WAITING_MAX + 2):
        with pytest.raises(ValueError, match="base 10"):
            in_turn(work=lambda: int("damaged"))
