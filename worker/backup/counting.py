"""Counts of rows and names of migrations: by these a restored database is compared with the one that was saved."""

import sqlite3
from contextlib import closing
from pathlib import Path

from django.apps import apps
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

FRAMEWORK_APPS = frozenset({"admin", "auth", "axes", "contenttypes", "sessions"})
# Migrations put rows here, so a database that has only these is still empty.
LOADED_BY_MIGRATIONS = frozenset(
    {
        "points_programme",
        "points_pointrule",
        "points_account",
        "guides_timeallowed",
        "indicators_department",
        "indicators_indicator",
        "indicators_indicatormeasure",
    }
)


def row_counts() -> dict[str, int]:
    """Rows of every table of this process's database, as the current transaction sees them."""
    with connection.cursor() as cursor:
        counts = {}
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608  names of tables
            counts[table] = int(cursor.fetchone()[0])
        return counts


def row_counts_of_file(*, path: Path) -> dict[str, int]:
    """The same of an SQLite file that is nobody's database yet."""
    with closing(sqlite3.connect(path)) as opened:
        tables = opened.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        )
        return {
            name: int(opened.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0])  # noqa: S608  names of tables
            for (name,) in sorted(tables.fetchall())
        }


def first_table_with_rows() -> str | None:
    """A table of this database that holds what people or bins brought, or None: it is empty."""
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for model in apps.get_models():
            table = model._meta.db_table
            if model._meta.app_label in FRAMEWORK_APPS or table in LOADED_BY_MIGRATIONS or table not in present:
                continue
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})")  # noqa: S608
            if cursor.fetchone()[0]:
                return table
    return None


def applied_migrations() -> list[str]:
    """`app.name` of each, sorted; empty where there is no table of them."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())
