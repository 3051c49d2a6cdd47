"""replay --via http without a server: it starts one for itself, and leaves none behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.conf import settings

from tests.migrated import copy_migrated

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")

TOTALS = "date,community,weight_g,drop_offs\n2019-01-01,安养,43793,22\n2019-01-02,安养,51000,600\n"


def environment_of(folder: Path) -> dict[str, str]:
    return os.environ | {
        "FENFEN_DEMO": "1",
        "STATE_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'fenfen.sqlite3'}",
    }


@pytest.fixture
def environment(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """A database that holds every table and nobody, and a file to replay."""
    copy_migrated(factory=tmp_path_factory, folder=tmp_path)
    (tmp_path / "totals.csv").write_text(TOTALS, encoding="utf8")
    return environment_of(tmp_path)


def start_replay(environment: Mapping[str, str]) -> "subprocess.Popen[str]":
    file = Path(environment["STATE_DIR"]) / "totals.csv"
    period = ["--from", "2019-01-01", "--to", "2019-01-02"]
    return subprocess.Popen(
        [sys.executable, "manage.py", "replay", str(file), *period, "--via", "http", "--json"],
        cwd=settings.BASE_DIR,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def servers_of(state_dir: str) -> list[int]:
    """The granian processes that work on this test's database."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
        if b"granian" in words and f"STATE_DIR={state_dir}\0".encode() in words:
            found.append(int(folder.name))
    return found


def wait_for(state_dir: str, *, servers: bool) -> None:
    deadline = time.monotonic() + 30
    while bool(servers_of(state_dir)) != servers:
        assert time.monotonic() < deadline, f"servers: {servers_of(state_dir)}"
        time.sleep(0.05)


def test_replay_starts_a_server_for_itself_and_leaves_none(environment: Mapping[str, str]) -> None:
    process = start_replay(environment)
    output, _ = process.communicate(timeout=120)

    assert process.returncode == 0
    report = json.loads(output)
    assert (report["sent"], report["accepted"], report["weight_g"]) == (622, 622, 94_793)
    assert report["via"] == "http"
    assert servers_of(environment["STATE_DIR"]) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_replay_that_is_ended_takes_its_server_along(environment: Mapping[str, str], number: signal.Signals) -> None:
    process = start_replay(environment)
    wait_for(environment["STATE_DIR"], servers=True)

    process.send_signal(number)
    process.communicate(timeout=60)

    wait_for(environment["STATE_DIR"], servers=False)
