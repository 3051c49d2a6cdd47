"""How tests with real transactions empty tables that refuse DELETE and TRUNCATE, and get back what migrations loaded.

The triggers are dropped, the tables flushed, the loaded rows (programme, platform accounts, the plan's indicators) put
back and the triggers made again, all at the end of the test. Django's own serialized rollback would put rows back at
the start of the next such test, on the condition that it sees the same connection object; beside a browser's event loop
it does not.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase

from points.triggers import create_triggers, drop_triggers


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
    """Wrap the setup and teardown of every test with real transactions."""
    plain_setup = TransactionTestCase._fixture_setup  # type: ignore[attr-defined]
    plain_teardown = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
    loaded: list[str] = []

    def setup(test_case: type[TransactionTestCase]) -> None:
        if not loaded:  # the first of them meets the database as migrations left it
            loaded.append(connection.creation.serialize_db_to_string())
        plain_setup.__func__(test_case)

    def teardown(_: TransactionTestCase) -> None:
        with emptying_allowed():
            call_command("flush", verbosity=0, interactive=False, reset_sequences=False, inhibit_post_migrate=True)
            connection.creation.deserialize_db_from_string(loaded[0])

    TransactionTestCase._fixture_setup = classmethod(setup)  # type: ignore[attr-defined]
    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]
    yield
    TransactionTestCase._fixture_setup = plain_setup  # type: ignore[attr-defined]
    TransactionTestCase._fixture_teardown = plain_teardown  # type: ignore[attr-defined]
