"""The live server answers one request at a time where it shares this process's connection with the tests.

Only for SQLite in memory: there two requests on one connection can wait for each other for ever, one inside SQLite for
Python to run a function of ours, the other inside Python for SQLite. Elsewhere each thread has a connection of its own.
"""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

TURN = threading.RLock()


@pytest.fixture(scope="session", autouse=True)
def _one_request_at_a_time() -> Iterator[None]:
    if connection.vendor != "sqlite":
        yield
        return
    answer = WSGIHandler.__call__

    def answer_in_turn(self: WSGIHandler, *args: Any) -> Any:
        with TURN:
            return answer(self, *args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WSGIHandler, "__call__", answer_in_turn)
        yield
