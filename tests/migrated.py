"""Databases after all migrations, made once a run and copied, for a run of migrations takes many seconds."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.signals import connection_created
from pytest_django.plugin import DjangoDbBlocker


def made_once(*, factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the processes of this run share; the first one that asks has it made, the others wait."""
    of_this_process = factory.getbasetemp()
    of_this_run = of_this_process.parent if "PYTEST_XDIST_WORKER" in os.environ else of_this_process
    done = of_this_run / name
    with (of_this_run / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            making = of_this_run / f"{name}.making"
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            make(making)
            making.rename(done)
    return done


def migrated_file(*, factory: pytest.TempPathFactory) -> Path:
    """The SQLite file, to copy."""

    def make(folder: Path) -> None:
        file = folder / "fenfen.sqlite3"
        _migrate(database_url=f"sqlite:///{file}", state_dir=folder)
        with sqlite3.connect(file) as database:
            database.execute("PRAGMA journal_mode=DELETE")  # the one file is all of it

    return made_once(factory=factory, name="migrated-sqlite", make=make) / "fenfen.sqlite3"


def copy_migrated(*, factory: pytest.TempPathFactory, folder: Path) -> Path:
    """A copy of the test's own in `folder`, under the name that the platform gives it."""
    return Path(shutil.copy(migrated_file(factory=factory), folder / "fenfen.sqlite3"))


def postgresql_url(*, name: str) -> str:
    """The address of a database on the server that this run tests on."""
    given = connection.settings_dict
    login = f"{given['USER']}:{given['PASSWORD']}" if given["PASSWORD"] else given["USER"]
    return f"postgres://{login}@{str(given['HOST']).replace('/', '%2F')}:{given['PORT']}/{name}"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """Make the tests' database a copy: migrating then finds nothing to do."""
    if connection.vendor == "sqlite":
        with _filled_sqlite(factory=tmp_path_factory):
            yield
        return
    with django_db_blocker.unblock():
        copied = _copied_postgresql(factory=tmp_path_factory)
        next(copied)
    yield
    with django_db_blocker.unblock():
        next(copied, None)


@contextmanager
def _filled_sqlite(*, factory: pytest.TempPathFactory) -> Iterator[None]:
    def fill(connection: Any, **_: object) -> None:
        opened = connection.connection
        is_empty = opened.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
        if is_empty and "memory" in str(connection.settings_dict["NAME"]):
            with sqlite3.connect(migrated_file(factory=factory)) as source:
                source.backup(opened)

    connection_created.connect(fill)
    yield
    connection_created.disconnect(fill)


def _copied_postgresql(*, factory: pytest.TempPathFactory) -> Iterator[None]:
    name = f"{connection.settings_dict['NAME']}_migrated_{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}"
    quoted = connection.ops.quote_name(name)

    def make(folder: Path) -> None:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {quoted}")
        _migrate(database_url=postgresql_url(name=name), state_dir=folder)

    folder = made_once(factory=factory, name="migrated-postgresql", make=make)
    with (folder / "users.lock").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        connection.settings_dict["TEST"]["TEMPLATE"] = name
        # A test is one transaction, and on a busy machine it may be idle for longer than a request ever is.
        options = connection.settings_dict["OPTIONS"]
        options["options"] = f"{options['options']} -c idle_in_transaction_session_timeout=120s"
        yield
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # whoever comes last puts it away
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted}")


def _migrate(*, database_url: str, state_dir: Path) -> None:
    places = {"DATABASE_URL": database_url, "STATE_DIR": str(state_dir), "FENFEN_DEMO": "1"}
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--verbosity=0"]
    subprocess.run(command, env=os.environ | places, check=True, timeout=300)
