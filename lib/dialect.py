"""Where PostgreSQL and SQLite say the same thing in other words, so that one set-based statement serves both."""

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.db import connection, transaction

_POSTGRESQL = {
    "least": "LEAST",
    "greatest": "GREATEST",
    "for_update": "FOR UPDATE",
    "for_update_skip_locked": "FOR UPDATE SKIP LOCKED",
    "on_commit_delete": "ON COMMIT DELETE ROWS",
    "bytes": "bytea",
    "timestamp": "timestamptz",
    "json_array": "json_build_array",
    "json_rows": "json_agg",
    "json_object": "json_build_object",
    "text_of_bytes": "convert_from({}, 'UTF8')",
}
_SQLITE = {
    "least": "MIN",
    "greatest": "MAX",
    # Every transaction that writes takes SQLite's one write lock at its start (transaction_mode IMMEDIATE).
    "for_update": "",
    "for_update_skip_locked": "",
    "on_commit_delete": "",
    "bytes": "blob",
    "timestamp": "text",
    "json_array": "json_array",
    "json_rows": "json_group_array",
    "json_object": "json_object",
    "text_of_bytes": "CAST({} AS TEXT)",
}


def is_postgresql() -> bool:
    """Whether the database is PostgreSQL; otherwise it is SQLite."""
    return connection.vendor == "postgresql"


def words() -> Mapping[str, str]:
    """The words of this database, for `str.format` on a statement."""
    return _POSTGRESQL if is_postgresql() else _SQLITE


def sha256_sql(*, text_sql: str) -> str:
    """An expression for the SHA-256 of a text in UTF-8, 32 bytes."""
    if is_postgresql():
        return f"sha256(convert_to({text_sql}, 'UTF8'))"
    connection.ensure_connection()
    _ensure_sha256(sqlite=connection.connection)
    return f"fenfen_sha256({text_sql})"


def _ensure_sha256(*, sqlite: sqlite3.Connection) -> None:
    # SQLite refuses to replace a function while any statement of the connection is being read: it is made once.
    try:
        sqlite.execute("SELECT fenfen_sha256('')").fetchone()
    except sqlite3.OperationalError:
        sqlite.create_function("fenfen_sha256", 1, _sha256_of_text, deterministic=True)


def later_sql(*, moment_sql: str, seconds_sql: str) -> str:
    """An expression for a moment some whole seconds later.

    SQLite counts in milliseconds, so there it is rounded up by a second: never earlier than the true moment.
    """
    if is_postgresql():
        return f"({moment_sql} + make_interval(secs => {seconds_sql}))"
    return f"strftime('%Y-%m-%d %H:%M:%f', {moment_sql}, '+' || ({seconds_sql} + 1) || ' seconds')"


def seconds_between_sql(*, earlier_sql: str, later_sql: str) -> str:
    """An expression for the seconds from one moment to another, to the millisecond."""
    if is_postgresql():
        return f"round(extract(epoch FROM {later_sql} - {earlier_sql}), 3)"
    return f"round((julianday({later_sql}) - julianday({earlier_sql})) * 86400.0, 3)"


def adapt(*, value: Any) -> Any:
    """A datetime or date as this database's driver stores it."""
    if hasattr(value, "hour"):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value)


def moment(*, value: datetime | str) -> datetime:
    """A stored moment as a query of ours brings it: text in UTC from SQLite, a datetime from PostgreSQL."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def execute(statement: str, params: list[Any] | tuple[Any, ...] = ()) -> int:
    """Run one statement; returns the number of rows it touched (-1 where the driver does not say)."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(params) or None)
        return int(cursor.rowcount)


def fetch(statement: str, params: list[Any] | tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Run one query; returns all its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(params) or None)
        return list(cursor.fetchall())


def wait_in_line(*, key: int) -> None:
    """Let one transaction after the other go on from here to its end, among those that give this key.

    SQLite needs nothing: a transaction that writes holds its one write lock from the start.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a line is stood in within a transaction")
    if is_postgresql():
        execute("SELECT pg_advisory_xact_lock(%s)", [key])


def fetch_prepared(statement: str, params: list[Any] | tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Run one query for which somebody waits again and again; returns all its rows.

    PostgreSQL parses and plans it once a connection instead of every time, and gets the values beside the text: no log
    line of the server shows them.
    """
    if not is_postgresql() or connection.queries_logged:  # a record of queries shows their text
        return fetch(statement, params)
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    # In Django's wrapping, like every other cursor of its connection.
    with connection.make_cursor(_PreparedCursor(connection.connection)) as cursor:  # type: ignore[arg-type]
        cursor.execute(statement, list(params) or None)
        return list(cursor.fetchall())


class _PreparedCursor(psycopg.Cursor[tuple[Any, ...]]):
    """A cursor that binds on the server and prepares whatever it is given."""

    def execute(
        self, query: Any, params: Any = None, *, prepare: bool | None = True, binary: bool | None = None
    ) -> "_PreparedCursor":
        return super().execute(query, params, prepare=prepare, binary=binary)


def work_table(*, name: str, columns: str) -> None:
    """An empty temporary table of this connection; on PostgreSQL it empties itself at commit."""
    execute(f"CREATE TEMP TABLE IF NOT EXISTS {name} ({columns}) {words()['on_commit_delete']}")
    execute(f"DELETE FROM {name}")  # noqa: S608 - names are constants of ours


def analyze(*names: str) -> None:
    """Tell PostgreSQL's planner what stands in work tables that were just filled; SQLite plans without."""
    if is_postgresql():
        for name in names:
            execute(f"ANALYZE {name}")


@contextmanager
def snapshot() -> Iterator[None]:
    """One consistent view of the database for reading, without keeping writers out.

    Inside a transaction that is already open it is that transaction's own view.
    """
    if connection.in_atomic_block:
        yield
    elif is_postgresql():
        with transaction.atomic():
            execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            execute("ROLLBACK")


def _sha256_of_text(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
