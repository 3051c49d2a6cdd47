"""Many rows in one statement, on both databases: what the ORM does row by row, 20 times slower."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from lib.sql_lists import array_literal


def insert_rows(*, table: str, types: Mapping[str, str], columns: Mapping[str, Sequence[Any]], on_conflict: str) -> int:
    """Insert rows given column by column, all of one length, with `on_conflict` ("ON CONFLICT …"); how many it wrote.

    `types`: name → PostgreSQL type, in the order of `columns`. Names and clause are ours, never a sender's.
    """
    if not next(iter(columns.values())):
        return 0
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{types[name]}[]" for name in columns)
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays}) {on_conflict}",  # noqa: S608
                [array_literal(values=values) for values in columns.values()],
            )
        else:
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({places}) {on_conflict}",  # noqa: S608
                list(zip(*(_sqlite_values(values) for values in columns.values()), strict=True)),
            )
        return int(cursor.rowcount)


def _sqlite_values(values: Sequence[Any]) -> Sequence[Any]:
    """The same, moments and days as SQLite keeps them."""
    if isinstance(values[0], dt.datetime):
        return [connection.ops.adapt_datetimefield_value(value) for value in values]
    return [value.isoformat() for value in values] if isinstance(values[0], dt.date) else values
