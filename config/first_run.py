"""Brings a database up to date before a command runs. manage.py calls it when run.py asks (FENFEN_PREPARE).

SQLite is migrated whenever a migration is new, PostgreSQL only when it is entirely empty: a database that people
share is migrated when somebody decides to.
"""

import contextlib
import fcntl
import pkgutil
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError

# These make, inspect or replace the database themselves, or need none.
COMMANDS_LEFT_ALONE = frozenset(
    {
        "check",
        "collectstatic",
        "compilemessages",
        "createcachetable",
        "dbshell",
        "diffsettings",
        "findstatic",
        "flush",
        "help",
        "makemessages",
        "makemigrations",
        "migrate",
        "optimizemigration",
        "restore",
        "showmigrations",
        "sqlmigrate",
        "squashmigrations",
        "startapp",
        "test",
        "version",
    }
)
ADVISORY_LOCK = 0x46454E46  # "FENF": one process at a time makes an empty PostgreSQL database


def prepare_database(*, arguments: list[str]) -> None:
    """Migrate if this command needs a database and migrations are missing; say so on stderr.

    :raises SystemExit: PostgreSQL that holds data lacks migrations, or does not answer (exit code 1).
    """
    if not arguments or _is_left_alone(command=arguments[0]) or not {"--help", "-h", "--version"}.isdisjoint(arguments):
        return
    try:
        if not _has_every_migration():
            with _one_at_a_time():
                _migrate_if_allowed()
    except OperationalError as error:
        sys.exit(f"数据库无法连接 the database does not answer: {str(error).strip()}\nDATABASE_URL names it.")
    finally:
        # The command decides anew, from its own settings, how long a connection lives.
        connection.close()


def _is_left_alone(*, command: str) -> bool:
    # No database is made for a command that does not exist.
    return command in COMMANDS_LEFT_ALONE or command not in get_commands()


def _has_every_migration() -> bool:
    """Compares names on disk with names applied: no graph is built, so it costs one query and a few folders."""
    return _migrations_on_disk() <= _applied_migrations()


def _migrations_on_disk() -> set[tuple[str, str]]:
    found = set()
    for config in apps.get_app_configs():
        folder = Path(config.path) / "migrations"
        if folder.is_dir():
            module = import_module(f"{config.name}.migrations")
            found |= {
                (config.label, each.name) for each in pkgutil.iter_modules(module.__path__) if each.name[0] not in "_~"
            }
    return found


def _applied_migrations() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        if "django_migrations" not in connection.introspection.table_names(cursor):
            return set()
        cursor.execute("SELECT app, name FROM django_migrations")
        return set(cursor.fetchall())


def _migrate_if_allowed() -> None:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return
    with connection.cursor() as cursor:
        is_empty = not connection.introspection.table_names(cursor)
    if connection.vendor != "sqlite" and not is_empty:
        sys.exit(
            f"数据库有 {len(plan)} 项迁移尚未执行。{len(plan)} migrations are not applied to this database, "
            f"{plan[0][0]} first.\nBack it up, then run: python3 run.py manage migrate"
        )
    sys.stderr.write(f"正在准备数据库 applying {len(plan)} migrations to {_database_name()} …\n")
    call_command("migrate", interactive=False, verbosity=0, stdout=sys.stderr)


def _database_name() -> str:
    return f"{connection.vendor} {connection.settings_dict['NAME']}"


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two first starts at once: the second waits, and finds the work done."""
    settings.STATE_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.STATE_DIR / "migrate.lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '120s'")
                cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        yield
