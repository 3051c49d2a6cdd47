"""Brings a backup back: verified first, into an empty database, with its keys, and counted again."""

import os
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.backends.sqlite3._functions import register  # type: ignore[import-untyped]
from django.db.migrations.loader import MigrationLoader

from points.triggers import missing_triggers
from worker.backup.archive import KEY_NAMES, BackupRefused, Manifest, read_archive
from worker.backup.counting import applied_migrations, first_table_with_rows, row_counts, row_counts_of_file
from worker.backup.moving import move_sqlite_rows
from worker.backup.postgresql_tools import run_tool

OLD_SCHEMA = "fenfen_before_restore"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back. `keys_to_set` names the variables whose values in the environment are other ones."""

    manifest: Manifest
    row_count: int
    keys_to_set: list[str]
    missing_migration_count: int


def restore_backup(*, source: Path, is_replacing: bool) -> Restored:
    """Restore `source` into this process's database, and its keys into STATE_DIR/keys.

    Every check comes first; the database changes in one transaction, so a failure leaves it as it was.

    :raises BackupRefused: the file is damaged or of a newer version, the database holds rows and `is_replacing` is
        not set, other programs are connected, or the recount differs.
    """
    settings.STATE_DIR.mkdir(parents=True, exist_ok=True)
    if connection.vendor == "sqlite":
        Path(connection.settings_dict["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.STATE_DIR, prefix=".fenfen-restore-") as temporary:
        folder = Path(temporary)
        manifest = read_archive(source=source, folder=folder)
        _refuse_newer(manifest=manifest)
        is_moving = manifest.engine == "sqlite" and connection.vendor == "postgresql"
        # Moving adds rows to tables that refuse DELETE: it never replaces.
        _refuse_rows(is_replacing=is_replacing and not is_moving)
        database = folder / manifest.database_name
        if connection.vendor == "sqlite":
            _load_sqlite(path=database, manifest=manifest)
        elif is_moving:
            _refuse_company()
            move_sqlite_rows(path=database, manifest=manifest)
        else:
            _load_postgresql(path=database, manifest=manifest)
        keys_to_set = _bring_back_keys(folder=folder)
    missing = _known_migrations() - set(applied_migrations())
    lost_triggers = [] if missing else missing_triggers(connection=connection)
    if lost_triggers:
        raise BackupRefused(f"缺少触发器。The backup was made without the triggers {', '.join(lost_triggers)}")
    return Restored(
        manifest=manifest,
        row_count=sum(manifest.row_counts.values()),
        keys_to_set=keys_to_set,
        missing_migration_count=len(missing),
    )


def _refuse_newer(*, manifest: Manifest) -> None:
    unknown = sorted(set(manifest.migrations) - _known_migrations())
    if unknown:
        raise BackupRefused(f"备份来自更新的版本。The backup comes from a newer version: {', '.join(unknown[:3])}")


def _known_migrations() -> set[str]:
    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}


def _refuse_rows(*, is_replacing: bool) -> None:
    table = first_table_with_rows()
    if table and not is_replacing:
        raise BackupRefused(
            f"数据库里已有数据({table})。The database holds rows in {table}: restore into an empty one, "
            "or say --replace to lose what is there."
        )


def _load_sqlite(*, path: Path, manifest: Manifest) -> None:
    """Copy the file's pages into the database: all of them in one transaction, or none."""
    if manifest.engine != "sqlite":
        raise BackupRefused(
            "PostgreSQL 的备份不能恢复到 SQLite。A PostgreSQL backup needs PostgreSQL: set DATABASE_URL."
        )
    with closing(sqlite3.connect(path)) as source:
        register(source)  # the functions that constraints call
        if source.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise BackupRefused("备份中的数据库已损坏。The database in the backup is damaged.")
        _refuse_other_counts(found=row_counts_of_file(path=path), manifest=manifest)
        connection.ensure_connection()
        source.backup(connection.connection)
    _refuse_other_counts(found=row_counts(), manifest=manifest)


def _load_postgresql(*, path: Path, manifest: Manifest) -> None:
    """Put what is there aside, load, recount; then let go of the old, or take it back."""
    _refuse_company()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [OLD_SCHEMA])
        if cursor.fetchone():
            raise BackupRefused(
                f"上次恢复没有完成。An earlier restore was cut off; what was there before is in schema {OLD_SCHEMA}. "
                f"See docs/operations.md, then drop it or rename it back."
            )
        cursor.execute(f"ALTER SCHEMA public RENAME TO {OLD_SCHEMA}")
        cursor.execute("CREATE SCHEMA public")
    try:
        run_tool(
            name="pg_restore",
            arguments=[
                "--single-transaction",
                "--exit-on-error",
                "--no-owner",
                "--no-privileges",
                f"--dbname={connection.settings_dict['NAME']}",
                str(path),
            ],
        )
        _refuse_other_counts(found=row_counts(), manifest=manifest)
    except BaseException:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute(f"ALTER SCHEMA {OLD_SCHEMA} RENAME TO public")
        raise
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {OLD_SCHEMA} CASCADE")


def _refuse_company() -> None:
    """Whoever is connected would write into a database that is about to be replaced."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        count = cursor.fetchone()[0]
    if count:
        raise BackupRefused(
            f"还有 {count} 个连接在用这个数据库。{count} other connections use this database: stop web, worker, beat "
            "and tally first."
        )


def _refuse_other_counts(*, found: dict[str, int], manifest: Manifest) -> None:
    differing = sorted(
        table
        for table in found.keys() | manifest.row_counts.keys()
        if found.get(table) != manifest.row_counts.get(table)
    )
    if differing:
        raise BackupRefused(f"行数与清单不符。Counts differ from the manifest in {', '.join(differing)}")


def _bring_back_keys(*, folder: Path) -> list[str]:
    """Write the key files; those they replace stay beside them. Returns the variables that hide a file's value."""
    now_in_use = {"SECRET_KEY": settings.SECRET_KEY, "ENCRYPTION_KEYS": ",".join(settings.ENCRYPTION_KEYS)}
    settings.KEYS_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    to_set = []
    for variable, name in KEY_NAMES.items():
        value = (folder / name).read_text(encoding="utf8").strip()
        target = settings.KEYS_DIR / Path(name).name
        if target.is_file() and target.read_text(encoding="utf8").strip() != value:
            target.replace(target.with_name(target.name + ".before-restore"))
        target.unlink(missing_ok=True)
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(value + "\n")
        if variable in settings.KEYS_IN_ENVIRONMENT and now_in_use[variable] != value:
            to_set.append(variable)
    return to_set
