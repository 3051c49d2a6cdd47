"""Bins go on sending while what stands behind their door dies: what they were told is stored, and nothing twice."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from launch.answering import answers_ok
from lib.ports import free_port
from simulation.client import DOOR_PATH, BinIdentity, DeviceClient, DoorError
from simulation.keys import bin_keys
from sorting.models import DropOff, SmartBin
from tests.faults.cut_line import CutLine, cut_line
from tests.faults.district import make_bins, make_events
from tests.faults.promises import broken_promises
from tests.faults.workers import database_url, running, wait_until
from tests.servers import OwnValkey

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
BINS = 4
EVENTS_A_BATCH = 25
OUTAGE_S = float(os.environ.get("FENFEN_OUTAGE_S", "3"))  # the long form: FENFEN_OUTAGE_S=30
GIVE_UP_S = 120 + OUTAGE_S


class Bins:
    """Bins that send one batch after another, each until it is answered, and remember what they were told."""

    def __init__(self, *, url: str, smart_bins: list[SmartBin]) -> None:
        self._url = url
        self._keys = bin_keys(bins=smart_bins, now=timezone.now())
        self._is_over = threading.Event()
        self.accepted: list[str] = []
        self.answered_count = 0
        self.retry_count = 0
        self.statuses: set[int | None] = set()
        self.faults: list[str] = []
        self._threads = [
            threading.Thread(target=self._send, args=(each, number)) for number, each in enumerate(smart_bins)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Send what is under way to its end."""
        self._is_over.set()
        for thread in self._threads:
            thread.join(timeout=GIVE_UP_S)
        assert not any(thread.is_alive() for thread in self._threads)
        assert self.faults == []

    def _send(self, smart_bin: SmartBin, number: int) -> None:
        identity = BinIdentity(code=smart_bin.code, key=self._keys[smart_bin.code])
        batch = 0
        while not self._is_over.is_set():
            batch += 1
            events = make_events(
                prefix=f"{number}-{batch}",
                count=EVENTS_A_BATCH,
                card_prefix=f"K{number}",
                card_count=10,
                now=timezone.now(),
            )
            for message_id in (f"m-{batch}", f"again-{batch}"):  # a bin that lost the answer and its own message id
                self._deliver(identity=identity, events=events, message_id=message_id)
            time.sleep(0.02)

    def _deliver(self, *, identity: BinIdentity, events: list[dict[str, object]], message_id: str) -> None:
        give_up_at = time.monotonic() + GIVE_UP_S
        while time.monotonic() < give_up_at:
            with DeviceClient(base_url=self._url) as client:
                try:
                    answer = client.send(sender=identity, boot_id="1", events=events, message_id=message_id)
                except DoorError as error:
                    self.statuses.add(error.status)
                    if error.status in (None, 503):
                        continue
                    self.faults.append(str(error))
                    return
                finally:
                    self.retry_count += client.times.retries
            self.answered_count += 1
            self.accepted += [result.event_id for result in answer.results if result.fate == "accepted"]
            return
        self.faults.append("gave up")


@contextmanager
def web_server(**more: str) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Granian as run.py and the image start it, two web processes; its address."""
    port = free_port()
    options = ("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2")
    respawn = ("--blocking-threads", "4", "--respawn-failed-workers", "--respawn-interval", "0.5")
    with running("-m", "granian", *options, *respawn, "config.wsgi:application", **more) as process:
        wait_until(lambda: answers_ok(url=f"http://127.0.0.1:{port}/healthz"))
        yield f"http://127.0.0.1:{port}", process


def a_few_more(bins: Bins) -> None:
    """Let the bins get another dozen answers."""
    wanted = bins.answered_count + 12
    wait_until(lambda: bins.answered_count >= wanted or bins.faults, within_s=GIVE_UP_S)


def assert_nothing_lost(bins: Bins) -> None:
    """What the bins were told is what is stored, each once; then tallied, every promise of the design holds."""
    bins.finish()
    assert len(bins.accepted) == len(set(bins.accepted))
    call_command("tally", verbosity=0)
    # An answer may have been lost with its server: those events came back as duplicates, and are stored all the same.
    stored = set(DropOff.objects.values_list("event_id", flat=True))
    assert set(bins.accepted) <= stored
    assert broken_promises(sent_event_ids=stored) == []


@pytest.fixture
def smart_bins() -> list[SmartBin]:
    return make_bins(community_count=BINS, households_each=10, now=timezone.now())


def web_processes(granian: "subprocess.Popen[bytes]") -> list[int]:
    """The web processes that live."""
    listed = Path(f"/proc/{granian.pid}/task/{granian.pid}/children").read_text(encoding="ascii").split()
    return [int(pid) for pid in listed if ") Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="utf8")]


def has_two_others(granian: "subprocess.Popen[bytes]", killed: int) -> bool:
    return len(set(web_processes(granian)) - {killed}) == 2


def test_web_processes_killed_under_load_lose_nothing(smart_bins: list[SmartBin], valkey_url: str) -> None:
    with web_server(REDIS_URL=valkey_url) as (url, granian):
        bins = Bins(url=url, smart_bins=smart_bins)
        bins.start()
        # One after the other: granian takes the same one killed twice within seconds for a loop, and ends.
        for pid in web_processes(granian):
            a_few_more(bins)
            os.kill(pid, signal.SIGKILL)
            wait_until(partial(has_two_others, granian, pid))
        a_few_more(bins)
        assert_nothing_lost(bins)
    assert bins.retry_count > 0  # else nothing was killed in anybody's way


@pytest.fixture
def line() -> Iterator[CutLine]:
    """The web server's way to this test's database."""
    settings = connection.settings_dict
    with cut_line(host=settings["HOST"], port=int(settings["PORT"])) as made:
        yield made


def test_a_database_that_is_away_is_503_and_never_a_200_without_a_row(
    smart_bins: list[SmartBin], line: CutLine, valkey_url: str
) -> None:
    through_line = database_url().replace(f":{connection.settings_dict['PORT']}/", f":{line.port}/")
    with web_server(REDIS_URL=valkey_url, DATABASE_URL=through_line) as (url, _):
        bins = Bins(url=url, smart_bins=smart_bins)
        bins.start()
        a_few_more(bins)
        line.cut()
        # One batch of its own looks at the answer that the others only retry on.
        [(code, key)] = bin_keys(bins=smart_bins[:1], now=timezone.now()).items()
        body = f'{{"bin": "{code}", "events": []}}'
        with DeviceClient(base_url=url) as client:
            status, answer, retry_after_s = client._post(path=DOOR_PATH, key=key, body=body, message_id="looking")
        assert (status, json.loads(answer)["code"], retry_after_s > 0) == (503, "unavailable", True)
        told_before = set(bins.accepted)
        time.sleep(OUTAGE_S)
        told_meanwhile = set(bins.accepted) - told_before
        assert told_meanwhile <= set(DropOff.objects.values_list("event_id", flat=True))
        line.mend()
        a_few_more(bins)
        assert_nothing_lost(bins)
    assert bins.retry_count > 0


def test_a_frozen_redis_under_load_holds_no_bin_up(smart_bins: list[SmartBin], own_valkey: OwnValkey) -> None:
    with web_server(REDIS_URL=own_valkey.url) as (url, _):
        bins = Bins(url=url, smart_bins=smart_bins)
        bins.start()
        a_few_more(bins)
        os.kill(own_valkey.child.process.pid, signal.SIGSTOP)
        try:
            a_few_more(bins)
            assert_nothing_lost(bins)
        finally:
            os.kill(own_valkey.child.process.pid, signal.SIGCONT)
    assert (bins.retry_count, bins.statuses) == (0, set())
