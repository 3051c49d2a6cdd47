"""The platform's processes on the test's database, for killing: tally workers above all."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


def database_url() -> str:
    """The address of the database that this test runs on, for other processes."""
    settings = connection.settings_dict
    host = quote(settings["HOST"] or "", safe="")
    password = f":{quote(settings['PASSWORD'], safe='')}" if settings["PASSWORD"] else ""
    return f"postgres://{quote(settings['USER'])}{password}@{host}:{settings['PORT']}/{settings['NAME']}"


def environment(**more: str) -> dict[str, str]:
    """The environment of a child process on this test's database."""
    return {**os.environ, "DATABASE_URL": database_url(), "FENFEN_DEMO": "1", "PYTHONPATH": str(ROOT), **more}


@contextlib.contextmanager
def running(*arguments: str, **more: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A process of the platform on this test's database, `more` in its environment; gone afterwards."""
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment(**more),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def wait_until(is_so: Callable[[], object], *, within_s: float = 60) -> None:
    """Return once it is so."""
    give_up_at = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


class Spawner:
    """Makes workers and kills them."""

    def __init__(self, *, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.pids: list[int] = []

    def start(self) -> int:
        """One more worker; returns its pid."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self.pids.append(int(self._process.stdout.readline()))
        return self.pids[-1]

    def kill(self, *, pid: int) -> None:
        """kill -9, at whatever it is doing."""
        os.kill(pid, signal.SIGKILL)
        self.pids.remove(pid)


@contextlib.contextmanager
def spawner(*, without: str = "") -> Iterator[Spawner]:
    """A spawner whose workers are all dead afterwards."""
    options = ["--without", without] if without else []
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.spawner", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(),
    ) as process:
        made = Spawner(process=process)
        try:
            yield made
        finally:
            for pid in list(made.pids):
                with contextlib.suppress(ProcessLookupError):
                    made.kill(pid=pid)
            process.kill()
