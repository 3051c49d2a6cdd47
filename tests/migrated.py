"""The SQLite database after all migrations, made once a run and copied, for a run of migrations takes many seconds."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.signals import connection_created


def migrated_file(*, factory: pytest.TempPathFactory) -> Path:
    """The file that every process of this run shares; the first one that asks makes it."""
    of_this_process = factory.getbasetemp()
    of_this_run = of_this_process.parent if "PYTEST_XDIST_WORKER" in os.environ else of_this_process
    folder = of_this_run / "migrated"
    folder.mkdir(exist_ok=True)
    done = folder / "fenfen.sqlite3"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            making = folder / "making.sqlite3"
            places = {"DATABASE_URL": f"sqlite:///{making}", "STATE_DIR": str(folder), "FENFEN_DEMO": "1"}
            command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--verbosity=0"]
            subprocess.run(command, env=os.environ | places, check=True, timeout=300)
            with sqlite3.connect(making) as database:
                database.execute("PRAGMA journal_mode=DELETE")
            making.rename(done)
    return done


def copy_migrated(*, factory: pytest.TempPathFactory, folder: Path) -> Path:
    """A copy of the test's own in `folder`, under the name that the platform gives it."""
    return Path(shutil.copy(migrated_file(factory=factory), folder / "fenfen.sqlite3"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Fill the tests' SQLite database in memory from the copy when it is opened: migrating then finds nothing to do."""
    if connection.vendor != "sqlite":
        yield
        return

    def fill(connection: Any, **_: object) -> None:
        opened = connection.connection
        if opened.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,) and "memory" in str(
            connection.settings_dict["NAME"]
        ):
            with sqlite3.connect(migrated_file(factory=tmp_path_factory)) as source:
                source.backup(opened)

    connection_created.connect(fill)
    yield
    connection_created.disconnect(fill)
