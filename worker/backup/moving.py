"""Moves the rows of an SQLite backup into PostgreSQL: the way from one machine to a server, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, connections, models, transaction

from points.triggers import create_triggers, drop_triggers
from worker.backup.archive import BackupRefused, Manifest
from worker.backup.counting import applied_migrations, row_counts

SOURCE = "backup"
ROWS_A_FETCH = 2_000


def move_sqlite_rows(*, path: Path, manifest: Manifest) -> None:
    """Copy every row of the file at `path` under its own key; what migrations had put here gives way to it.

    :raises BackupRefused: the two have other migrations, or the recount differs; nothing is changed then.
    """
    if applied_migrations() != manifest.migrations:
        raise BackupRefused(
            "两边的迁移不同。The backup and this database have other migrations: restore it with its own version, "
            "migrate, back up again; and run migrate here."
        )
    moved = [model for model in apps.get_models(include_auto_created=True) if _is_table(model=model)]
    with _opened(path=path), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        drop_triggers(connection=connection)  # the default programme refuses to give way to itself
        for model in moved:
            _empty_table(model=model)
        for model in moved:
            _copy_rows(model=model)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for statement in connection.ops.sequence_reset_sql(no_style(), moved):
                cursor.execute(statement)
        create_triggers(connection=connection)
        _refuse_other_counts(tables=[model._meta.db_table for model in moved], manifest=manifest)


def _is_table(*, model: type[models.Model]) -> bool:
    return model._meta.managed and not model._meta.proxy


@contextmanager
def _opened(*, path: Path) -> Iterator[None]:
    """The file as the database `backup`, for the ORM's own conversion of each column."""
    connections.databases[SOURCE] = connections.configure_settings(
        {"default": {}, SOURCE: {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}}
    )[SOURCE]
    try:
        yield
    finally:
        connections[SOURCE].close()
        del connections[SOURCE]
        del connections.databases[SOURCE]


def _empty_table(*, model: type[models.Model]) -> None:
    """Take out what migrations had put there."""
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(str(model._meta.db_table))
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table})")  # noqa: S608  names of tables
        if cursor.fetchone()[0]:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608


def _copy_rows(*, model: type[models.Model]) -> None:
    fields = [field for field in model._meta.concrete_fields if field.column]
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    rows = model._base_manager.using(SOURCE).order_by().values_list(*(field.attname for field in fields))
    statement = f"COPY {connection.ops.quote_name(str(model._meta.db_table))} ({columns}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows.iterator(chunk_size=ROWS_A_FETCH):
            copy.write_row([_as_stored(field=field, value=value) for field, value in zip(fields, row, strict=True)])


def _as_stored(*, field: "models.Field[Any, Any]", value: Any) -> Any:
    return field.get_db_prep_value(value, connection=connection, prepared=False)


def _refuse_other_counts(*, tables: list[str], manifest: Manifest) -> None:
    found = row_counts()
    differing = [table for table in tables if found.get(table) != manifest.row_counts.get(table)]
    if differing:
        raise BackupRefused(f"行数与清单不符。Counts differ from the manifest in {', '.join(differing)}")
