"""Makes a backup while bins go on sending: the rows of one moment, counted at that same moment."""

import datetime as dt
import sqlite3
import tempfile
import tomllib
from contextlib import closing
from pathlib import Path

import django
from django.conf import settings
from django.db import connection, transaction

from worker.backup.archive import (
    DATABASE_NAMES,
    FORMAT,
    KEY_NAMES,
    BackupRefused,
    Manifest,
    describe_part,
    write_archive,
)
from worker.backup.counting import applied_migrations, row_counts, row_counts_of_file
from worker.backup.postgresql_tools import run_tool


def make_backup(*, target: Path, now: dt.datetime) -> Manifest:
    """Write the database and the keys to `target` (0600) and return what is in it.

    :raises BackupRefused: `target` exists, or PostgreSQL's tools are missing.
    """
    if target.exists():
        raise BackupRefused(f"{target} 已存在。It exists already; choose another name.")
    # Beside the target: what is copied may be larger than /tmp.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fenfen-backup-") as temporary:
        folder = Path(temporary)
        database = folder / DATABASE_NAMES[connection.vendor]
        counts = _dump_postgresql(path=database) if connection.vendor == "postgresql" else _copy_sqlite(path=database)
        parts = {database.name: database} | _key_files(folder=folder)
        manifest = Manifest(
            format=FORMAT,
            made_at=now.isoformat(timespec="seconds"),
            engine=connection.vendor,
            database_version=_database_version(),
            fenfen_version=_own_version(),
            django_version=django.get_version(),
            migrations=applied_migrations(),
            row_counts=counts,
            parts={name: describe_part(path=path) for name, path in parts.items()},
        )
        write_archive(target=target, manifest=manifest, parts=parts)
    return manifest


def _copy_sqlite(*, path: Path) -> dict[str, int]:
    """The online backup: one consistent moment, and writers go on meanwhile."""
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as copy:
        connection.connection.backup(copy)
        # The copy is one file, without a write-ahead log beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
    return row_counts_of_file(path=path)


def _dump_postgresql(*, path: Path) -> dict[str, int]:
    """pg_dump of a snapshot that this transaction exports and counts."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        # The transaction waits for pg_dump, however long that takes.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        counts = row_counts()
        run_tool(
            name="pg_dump",
            arguments=[
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                "--exclude-schema=fenfen_before_restore",
                f"--snapshot={snapshot}",
                f"--file={path}",
            ],
        )
    return counts


def _key_files(*, folder: Path) -> dict[str, Path]:
    texts = {"SECRET_KEY": settings.SECRET_KEY, "ENCRYPTION_KEYS": ",".join(settings.ENCRYPTION_KEYS)}
    (folder / "keys").mkdir(mode=0o700)
    files = {}
    for variable, name in KEY_NAMES.items():
        files[name] = folder / name
        files[name].write_text(texts[variable] + "\n", encoding="utf8")
    return files


def _database_version() -> str:
    if connection.vendor == "sqlite":
        return sqlite3.sqlite_version
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0])


def _own_version() -> str:
    path = Path(settings.BASE_DIR) / "pyproject.toml"
    return str(tomllib.loads(path.read_text(encoding="utf8"))["project"]["version"]) if path.is_file() else "unknown"
