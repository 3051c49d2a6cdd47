"""How tests empty tables that refuse DELETE and TRUNCATE: the triggers are dropped, and made again at once.

Only tests with real transactions (`transactional_db`) empty tables; rows that migrations loaded come back by
Django's serialized rollback.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import TransactionTestCase

from points.triggers import create_triggers, drop_triggers


def pytest_itemcollected(item: pytest.Item) -> None:
    """Every test with real transactions puts back what migrations loaded, without having to ask for it."""
    marker = item.get_closest_marker("django_db")
    if marker and marker.kwargs.get("transaction"):
        item.add_marker(pytest.mark.django_db(**{**marker.kwargs, "serialized_rollback": True}), append=False)


@contextmanager
def emptying_allowed() -> Iterator[None]:
    """Let tables be emptied inside the block."""
    drop_triggers(connection=connection)
    try:
        yield
    finally:
        create_triggers(connection=connection)


@pytest.fixture(autouse=True, scope="session")
def tables_can_be_emptied() -> Iterator[None]:
    """Wrap Django's flush after each test with real transactions."""
    plain = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def teardown(self: TransactionTestCase) -> None:
        with emptying_allowed():
            plain(self)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]
    yield
    TransactionTestCase._fixture_teardown = plain  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def loaded_rows_stay(django_db_serialized_rollback: None) -> None:
    """What migrations loaded (programme, platform accounts, the plan's indicators) is there in every test."""
