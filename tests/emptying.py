"""How tests with real transactions empty tables that refuse DELETE and TRUNCATE, and get back what migrations loaded.

The loaded rows (programme, platform accounts, the plan's indicators) are kept aside before the first such test and put
back at the end of each: on SQLite the whole database is written over with the copy, on PostgreSQL the triggers are
dropped, the rows deleted, the kept ones copied back and the triggers made again. Django's own serialized rollback would
put them back row by row at the start of the next such test, on the condition that it sees the same connection object;
beside a browser's event loop it does not.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase

from points.triggers import create_triggers, drop_triggers
from tests.one_at_a_time import TURN


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
    put_back: list[Callable[[], None]] = []

    def setup(test_case: type[TransactionTestCase]) -> None:
        if not put_back:  # the first of them meets the database as migrations left it
            put_back.append(_keep_on_sqlite() if connection.vendor == "sqlite" else _keep_on_postgresql())
        plain_setup.__func__(test_case)

    def teardown(_: TransactionTestCase) -> None:
        put_back[0]()

    TransactionTestCase._fixture_setup = classmethod(setup)  # type: ignore[attr-defined]
    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]
    yield
    TransactionTestCase._fixture_setup = plain_setup  # type: ignore[attr-defined]
    TransactionTestCase._fixture_teardown = plain_teardown  # type: ignore[attr-defined]


def _keep_on_sqlite() -> Callable[[], None]:
    kept = sqlite3.connect(":memory:", check_same_thread=False)
    connection.ensure_connection()
    connection.connection.backup(kept)

    def put_back() -> None:
        with TURN:  # a browser may have asked for something more before it went
            connection.ensure_connection()
            kept.backup(connection.connection)

    return put_back


def _keep_on_postgresql() -> Callable[[], None]:
    quote = connection.ops.quote_name
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = [quote(name) for name in names]
    kept: dict[str, list[bytes]] = {}
    with connection.cursor() as cursor:
        for table in _with_rows(tables=tables):
            with cursor.copy(f"COPY {table} TO STDOUT") as rows:
                kept[table] = [bytes(each) for each in rows]

    def put_back() -> None:
        # Deleting: to truncate a hundred tables, most of them empty, takes a second. Keys are looked at on commit.
        with emptying_allowed(), transaction.atomic(), connection.cursor() as cursor:
            for table in _with_rows(tables=tables):
                cursor.execute(f"DELETE FROM {table}")
            for table, blocks in kept.items():
                with cursor.copy(f"COPY {table} FROM STDIN") as rows:
                    for block in blocks:
                        rows.write(block)

    return put_back


def _with_rows(*, tables: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT EXISTS (SELECT FROM {table})" for table in tables))
        return [table for table, (has_rows,) in zip(tables, cursor.fetchall(), strict=True) if has_rows]
