"""Rows into a table by the thousand: COPY on PostgreSQL, one prepared statement on SQLite.

For files of 100,000 rows: the ORM's bulk_create spends most of its time on model instances and expressions. The
constraints of the table hold as ever; defaults of the model do not, so name every column.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Model

from lib.dialect import is_postgresql


def insert_rows(*, model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of plain values in the order of `columns` (column names: `household_id`, not `household`).

    :raises django.db.IntegrityError: a constraint of the table does not hold.
    """
    if not rows:
        return
    quote = connection.ops.quote_name
    target = f"{quote(model._meta.db_table)} ({', '.join(quote(column) for column in columns)})"
    if is_postgresql():
        _copy(target=target, rows=rows)
        return
    places = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {target} VALUES ({places})",  # noqa: S608 - names of our own tables and columns
            [[_for_sqlite(value) for value in row] for row in rows],
        )


def _copy(*, target: str, rows: Sequence[Sequence[Any]]) -> None:
    # COPY goes past Django's cursor, so its errors are turned into Django's here.
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {target} FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, dt.date):
        return connection.ops.adapt_datefield_value(value)
    return value
