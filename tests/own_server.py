"""A granian of a test's own over a SQLite file of its own: it can be killed, started again and looked into."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from launch.answering import answers_ok
from launch.children import Child, Children
from lib.ports import free_port
from tests.migrated import copy_migrated, made_once

START_TIMEOUT_S = 60
KEY_FILE = "B-0007.json"
DISTRICT = {
    "communities": "subdistrict,community,is_urban_core,is_pilot\n东城街道,东湖花园,yes,yes\n",
    "households": "subdistrict,community,building,unit,room,rfid\n东城街道,东湖花园,1,1,101,A0000001\n",
    "bins": "collection_point,community,bin,categories\n东门,东湖花园,B-0007,FOOD;RESIDUAL;RECYCLABLE;HAZARDOUS\n"
    "西门,东湖花园,B-0008,FOOD;RESIDUAL\n",
}


class OwnServer:
    """The processes and files of one test. `key` is the key of bin B-0007."""

    def __init__(self, *, children: Children, folder: Path) -> None:
        self.children = children
        self.folder = folder
        self.port = free_port()
        self.log = folder / "web.log"
        self.environment = environment_of(folder=folder)
        self.key = str(json.loads((folder / KEY_FILE).read_text(encoding="utf8"))["key"])
        self._child: Child | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def process_ids(self) -> list[int]:
        """Granian and its worker."""
        assert self._child is not None
        granian = self._child.process.pid
        workers = Path(f"/proc/{granian}/task/{granian}/children").read_text(encoding="ascii").split()
        return [granian, *map(int, workers)]

    def start(self) -> None:
        """Start granian as run.py does, and wait until it is well."""
        self._child = self.children.start(
            name="web",
            command=[
                *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
                *("--port", str(self.port), "--workers", "1", "--blocking-threads", "4", "--no-ws"),
                "config.wsgi:application",
            ],
            environment=self.environment,
            folder=settings.BASE_DIR,
            log=self.log,
        )
        url = f"{self.url}/healthz"
        self.children.wait_until(is_ready=lambda: answers_ok(url=url), what=url, timeout_s=START_TIMEOUT_S)

    def kill(self) -> None:
        """kill -9, the worker too: whatever is under way is gone."""
        assert self._child is not None
        os.killpg(self._child.process.pid, signal.SIGKILL)
        self._child.process.wait()
        self.children.stop(child=self._child)

    def make_key(self, code: str) -> str:
        """A new key of a bin."""
        made = manage("bin_key", code, "--json", environment=self.environment)
        return str(json.loads(made.stdout)["key"])

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database says."""
        with sqlite3.connect(self.folder / "fenfen.sqlite3", timeout=30) as connection:
            return connection.execute(query).fetchall()


def environment_of(*, folder: Path) -> dict[str, str]:
    """The environment of a process that works on the database in `folder`."""
    return os.environ | {
        "FENFEN_DEMO": "1",
        "STATE_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'fenfen.sqlite3'}",
    }


def manage(*arguments: str, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run a management command in a process of its own."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=300)


@pytest.fixture(scope="session")
def small_district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database: one community, one household, bin B-0007 with its key, and B-0008 without."""

    def make(folder: Path) -> None:
        copy_migrated(factory=tmp_path_factory, folder=folder)
        environment = environment_of(folder=folder)
        for name, rows in DISTRICT.items():
            (folder / f"{name}.csv").write_text(rows, encoding="utf8")
            manage(f"import_{name}", str(folder / f"{name}.csv"), environment=environment)
        made = manage("bin_key", "B-0007", "--json", environment=environment)
        (folder / KEY_FILE).write_text(made.stdout, encoding="utf8")

    return made_once(factory=tmp_path_factory, name="district", make=make)


@pytest.fixture
def own_server(small_district: Path, tmp_path: Path) -> Iterator[OwnServer]:
    """A running server over a copy of the small district."""
    folder = tmp_path / "server"
    shutil.copytree(small_district, folder)
    with Children() as children:
        server = OwnServer(children=children, folder=folder)
        server.start()
        yield server
