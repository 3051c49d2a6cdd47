"""A list of any length as one parameter of a statement, on both databases."""

from collections.abc import Sequence

import msgspec
from django.db import connection

_encode = msgspec.json.Encoder().encode


def is_any_sql(*, column_sql: str) -> str:
    """A condition: the text column's value is in the list given as one parameter (see `text_list`)."""
    if connection.vendor == "postgresql":
        return f"{column_sql} = ANY(%s::text[])"
    return f"{column_sql} IN (SELECT value FROM json_each(%s))"  # noqa: S608 - the column is ours


def text_list(*, values: Sequence[str]) -> str:
    """The parameter for `is_any_sql`."""
    return array_literal(values=values) if connection.vendor == "postgresql" else _encode(values).decode()


def array_literal(*, values: Sequence[object]) -> str:
    """A PostgreSQL array literal of numbers, texts, moments or days.

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
