"""examples/bin_client.py as a maker runs it: a process of its own against a real server, both killed on the way."""

import ast
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.own_server import OwnServer

PROGRAM = Path(settings.BASE_DIR) / "examples" / "bin_client.py"
PATIENCE_S = 120
TAPS = [{"card": "A0000001", "category": "FOOD", "weight_g": weight_g} for weight_g in range(1, 4_001)]


class Bin:
    """The client on its own folder: what a kill leaves of it is its SQLite file."""

    def __init__(self, *, server: OwnServer, folder: Path) -> None:
        self.server = server
        self.kept = folder / "kept.sqlite3"
        self.errors = folder / "errors.txt"
        self.process: subprocess.Popen[str] | None = None

    def start(self, *, taps: list[dict[str, object]], clock_off_s: int = 0) -> None:
        """Start the client; its stdin has these weighings and then ends."""
        taps_file = self.kept.with_name("taps.jsonl")
        taps_file.write_text("".join(json.dumps(tap) + "\n" for tap in taps), encoding="utf8")
        program = [str(PROGRAM)]
        if clock_off_s:  # the same program in a process whose clock is wrong
            program = ["-c", WRONG_CLOCK.format(off_s=clock_off_s), str(PROGRAM)]
        with taps_file.open(encoding="utf8") as stdin, self.errors.open("a", encoding="utf8") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, *program, str(self.kept)],
                env=os.environ | {"FENFEN_URL": self.server.url, "BIN_CODE": "B-0007", "BIN_KEY": self.server.key},
                stdin=stdin,
                stderr=stderr,
                text=True,
            )

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        assert self.process.wait() == -signal.SIGKILL  # it did not end before

    def wait(self) -> int:
        assert self.process is not None
        return self.process.wait(timeout=PATIENCE_S)

    def kept_count(self, where: str = "TRUE") -> int:
        if not self.kept.exists():
            return 0
        with sqlite3.connect(self.kept, timeout=30) as connection:
            try:
                (count,) = connection.execute(f"SELECT count(*) FROM event WHERE {where}").fetchone()
            except sqlite3.OperationalError:  # it has not made its table yet
                return 0
            return int(count)


WRONG_CLOCK = """
import runpy, sys, time
real = time.time
time.time = lambda: real() + {off_s}
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture
def client_07(own_server: OwnServer, tmp_path: Path) -> Iterator[Bin]:
    client = Bin(server=own_server, folder=tmp_path)
    yield client
    if client.process is not None and client.process.poll() is None:
        client.process.kill()
        client.process.wait()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def stored_count(server: OwnServer) -> int:
    return int(server.rows("SELECT count(*) FROM sorting_dropoff")[0][0])


def test_an_outage_and_a_kill_in_the_middle_leave_every_drop_off_stored_once(
    own_server: OwnServer, client_07: Bin
) -> None:
    own_server.kill()
    client_07.start(taps=TAPS)
    wait_until(lambda: client_07.kept_count() == len(TAPS))
    wait_until(lambda: "no answer" in client_07.errors.read_text(encoding="utf8"))

    own_server.start()
    wait_until(lambda: stored_count(own_server) > 0)
    client_07.kill()
    assert 0 < stored_count(own_server) < len(TAPS)

    client_07.start(taps=[])
    before = stored_count(own_server)
    wait_until(lambda: stored_count(own_server) > before)
    own_server.kill()
    wait_until(lambda: client_07.kept_count("message_id IS NOT NULL") > 0)
    own_server.start()

    assert client_07.wait() == 0
    weights = own_server.rows("SELECT weight_g FROM sorting_dropoff ORDER BY weight_g")
    assert [weight_g for (weight_g,) in weights] == [tap["weight_g"] for tap in TAPS]
    assert client_07.kept_count() == 0


def test_what_is_refused_is_set_aside_and_holds_up_nothing(own_server: OwnServer, client_07: Bin) -> None:
    client_07.start(
        taps=[
            {"category": "FOOD", "weight_g": 0},  # the scale was empty: never sent
            {"category": "FOOD", "weight_g": -20},
            {"category": "GARDEN", "weight_g": 900},
            {"category": "FOOD", "weight_g": 900},
            {"category": "FOOD", "weight_g": 70_000},
        ]
    )
    assert client_07.wait() == 0
    assert own_server.rows("SELECT weight_g, sequence FROM sorting_dropoff") == [(900, 2)]
    with sqlite3.connect(client_07.kept) as connection:
        assert connection.execute("SELECT refused FROM event ORDER BY id").fetchall() == [
            ("category_unknown",),
            ("weight_out_of_range",),
        ]


def test_a_wrong_clock_is_set_by_the_platforms(own_server: OwnServer, client_07: Bin) -> None:
    client_07.start(taps=TAPS[:3], clock_off_s=-3_600)
    assert client_07.wait() == 0
    assert "401 clock_off" in client_07.errors.read_text(encoding="utf8")
    assert stored_count(own_server) == 3


def test_it_is_short_and_needs_nothing_but_python() -> None:
    source = PROGRAM.read_text(encoding="utf8")
    assert len(source.splitlines()) < 100
    imported = {
        alias.name.split(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert imported <= sys.stdlib_module_names
