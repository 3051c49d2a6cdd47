"""A real web process whose database is gone: alive, not ready, and saying so."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
START_TIMEOUT_S = 40


@contextmanager
def listening(*, command: list[str], environment: dict[str, str]) -> Iterator[str]:
    """Granian by `command` on a free loopback port; gives its address and stops it at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for option, value in (("--host", "127.0.0.1"), ("--port", str(port))):
        command = [*command[:-1], option, value, command[-1]]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_until_it_listens(port=port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_until_it_listens(*, port: int) -> None:
    """Return once a connection is taken."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def get(address: str) -> tuple[int, str]:
    """Status and body, whatever the status."""
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.parametrize("kind", ["postgres", "sqlite"])
def test_a_process_without_its_database_is_alive_and_not_ready(kind: str, tmp_path: Path) -> None:
    url = "postgres://fenfen@127.0.0.1:1/gone" if kind == "postgres" else f"sqlite:///{tmp_path}/gone/fenfen.sqlite3"
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": url,
        "STATE_DIR": str(tmp_path),
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "FENFEN_DEMO": "1",
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "config.wsgi:application"]
    with listening(command=command, environment=environment) as address:
        assert get(address + "/healthz")[0] == 200
        status, body = get(address + "/readyz")
        assert (status, json.loads(body)["database"]) == (503, False)
        status, body = get(address + "/metrics")
        assert status == 200
        assert "fenfen_database_up 0.0" in body
