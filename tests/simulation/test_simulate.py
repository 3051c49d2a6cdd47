"""simulate, as it is typed: its own server and tally on this half's database, and an oracle that can say no."""

import datetime as dt
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from api.device.rate import bin_rate
from households.models import Household
from simulation.bins.deliveries import Outbox
from simulation.bins.faults import Fault
from simulation.bins.layout import plan_district
from simulation.bins.sending import Pace
from sorting.models import DropOff, RefusedEvent, SmartBin
from sorting.services.bin_keys import make_bin_key
from sorting.services.mqtt_logins import BRIDGE_USER
from tests.brokers import running_broker
from tests.conftest import SHANGHAI
from tests.faults import workers
from tests.migrated import migrated_file

BINS, HOUSEHOLDS, DAYS = 6, 120, 3
EVERY_FAULT = frozenset(Fault)


@dataclass(frozen=True)
class Place:
    """A database of this half, for other processes, and a way to meddle with it."""

    environment: dict[str, str]
    execute: Callable[[str], list[Any]]


@pytest.fixture(scope="module")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """A database file with every table and nobody; None on PostgreSQL, where the test's own database serves."""
    if connection.vendor == "postgresql":
        return None
    return migrated_file(factory=tmp_path_factory)


@pytest.fixture
def place(transactional_db: None, tmp_path: Path, empty_sqlite: Path | None) -> Place:
    state = {"STATE_DIR": str(tmp_path)}
    if empty_sqlite is None:

        def execute_here(sql: str) -> list[Any]:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []

        return Place(workers.environment(**state), execute_here)
    path = Path(shutil.copy(empty_sqlite, tmp_path))

    def execute(sql: str) -> list[Any]:
        with sqlite3.connect(path, timeout=20) as database:
            return database.execute(sql).fetchall()

    demo = {"FENFEN_DEMO": "1", "DATABASE_URL": f"sqlite:///{path}"}
    return Place({**os.environ, **demo, **state}, execute)


def start(place: Place, *options: str) -> "subprocess.Popen[str]":
    size = ["--bins", str(BINS), "--households", str(HOUSEHOLDS), "--days", str(DAYS)]
    return subprocess.Popen(
        [sys.executable, "manage.py", "simulate", *size, "--json", *options],
        cwd=settings.BASE_DIR,
        env=place.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: "subprocess.Popen[str]") -> tuple[int, dict[str, Any]]:
    output, errors = process.communicate(timeout=120)
    assert output, errors[-2_000:]
    return process.returncode, json.loads(output)


def seed_with_every_fault() -> str:
    """The first seed whose district has every fault in these very days, which depend on today."""
    first = timezone.localdate() - dt.timedelta(days=DAYS)
    for seed in range(2_000):
        layout = plan_district(seed=str(seed), bins=BINS, households=HOUSEHOLDS, faults=sorted(EVERY_FAULT))
        outbox = Outbox(layout=layout, faults=EVERY_FAULT, time_zone=SHANGHAI, flush_s=1800)
        for number in range(DAYS):
            list(outbox.deliveries_of_day(on=first + dt.timedelta(days=number)))
        if all(outbox.counts[fault] for fault in EVERY_FAULT - {Fault.KILL}):
            return str(seed)
    raise AssertionError("no seed has every fault")


def whole_drop_off_count(*, seed: str) -> int:
    """How many events the same district has on all its days, those that a platform refuses left out."""
    faults = frozenset({Fault.IMPOSSIBLE, Fault.REPEAT})
    layout = plan_district(seed=seed, bins=BINS, households=HOUSEHOLDS, faults=sorted(faults))
    outbox = Outbox(layout=layout, faults=faults, time_zone=SHANGHAI, flush_s=1800)
    first = timezone.localdate() - dt.timedelta(days=DAYS)
    days = [first + dt.timedelta(days=number) for number in range(DAYS)]
    sent = [event["event_id"] for on in days for each in outbox.deliveries_of_day(on=on) for event in each.events]
    return len(set(sent)) - outbox.counts[Fault.IMPOSSIBLE]


@pytest.mark.django_db(transaction=True)
def test_with_every_fault_the_platform_holds_what_it_must_and_a_tampered_row_is_named(place: Place) -> None:
    options = ("--faults", "all", "--seed", seed_with_every_fault())

    code, first = finish(start(place, *options))
    assert first["check"] == first["check"] | {"ok": True, "difference_count": 0, "surprise_count": 0, "unsent": 0}
    assert code == 0
    assert all(first["faults"][fault] for fault in (EVERY_FAULT - {Fault.KILL}) | {"killed"})
    assert first["accepted"] == first["expected"]["drop_offs"] > 150
    assert first["sent"] == sum(first[fate] for fate in ("accepted", "duplicate", "conflict", "rejected"))
    assert first["refused"].keys() >= {"conflict", "weight_out_of_range"}
    assert first["expected"]["points"] > 500
    assert first["heartbeats"] > 0
    assert first["retries"] > 0  # the server was dead for a while

    # Once more, and three rows are other than they were.
    for change in (
        "UPDATE sorting_dropoff SET household_id = NULL WHERE id = (SELECT MIN(id) FROM sorting_dropoff"
        " WHERE household_id IS NOT NULL)",
        "UPDATE indicators_communityday SET weight_g = weight_g + 1 WHERE category = 'RECYCLABLE'",
        "UPDATE points_householdday SET points = points + 1 WHERE household_id ="
        " (SELECT MIN(household_id) FROM points_householdday WHERE category = 'FOOD')"
        " AND category = 'FOOD'",
    ):
        place.execute(change)
    code, again = finish(start(place, *options))
    assert (again["sent"], again["accepted"]) == (first["sent"], 0)
    assert again["duplicate"] == first["accepted"] + first["duplicate"]
    assert code == 1
    assert not again["check"]["ok"]
    named = "\n".join(again["check"]["differences"])
    assert all(word in named for word in ("drop-off", "community day", "points of a household's day"))


@pytest.mark.django_db(transaction=True)
def test_ctrl_c_ends_the_sending_and_what_was_sent_is_checked(place: Place) -> None:
    # At a pace of its own, three days in 17 s.
    process = start(place, "--seed", "1", "--rate", "15000", "--faults", "impossible,repeat")
    deadline = time.monotonic() + 60
    while process.poll() is None and place.execute("SELECT COUNT(*) FROM sorting_dropoff")[0][0] < 100:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    code, report = finish(process)

    assert (code, report["check"]["ok"]) == (0, True), report
    assert 100 <= report["accepted"] == report["expected"]["drop_offs"]
    assert report["accepted"] == place.execute("SELECT COUNT(*) FROM sorting_dropoff")[0][0]
    assert report["to"] != report["from"]
    assert report["accepted"] < whole_drop_off_count(seed="1")


@pytest.mark.django_db(transaction=True)
def test_over_mqtt_the_platform_holds_the_same(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "broker"
    folder.mkdir()
    with running_broker(kind="amqtt", folder=folder) as broker:
        more = {"MQTT_URL": f"mqtt://{BRIDGE_USER}:bridge@127.0.0.1:{broker.port}", "DEVICE_REQUESTS_BURST": "5000"}
        bridge = subprocess.Popen(
            [sys.executable, "manage.py", "mqtt_bridge", "--passwords", str(broker.passwords)],
            cwd=settings.BASE_DIR,
            env={**place.environment, **more, "LOG_LEVEL": "ERROR"},
        )
        try:
            mqtt = ("--via", "mqtt", "--broker-url", f"mqtt://127.0.0.1:{broker.port}")
            faults = ",".join(EVERY_FAULT - {Fault.KILL})
            code, report = finish(start(place, *mqtt, "--faults", faults, "--bins", "2", "--days", "1"))
        finally:
            bridge.kill()
            bridge.wait()

    assert (code, report["check"]["ok"]) == (0, True), report["check"]
    assert report["accepted"] == report["expected"]["drop_offs"] > 50
    assert place.execute("SELECT DISTINCT door FROM sorting_dropoffbatch WHERE kind = 'DROP_OFFS'") == [("MQTT",)]


@pytest.mark.django_db(transaction=True)
def test_a_platform_that_is_somebody_elses_is_checked_by_its_answers(
    live_server: LiveServer, bin_07: SmartBin, zhang: Household, tmp_path: Path
) -> None:
    # Without `drop`: on SQLite the threads of a live_server share one connection, and see each other half-way.
    bin_rate.forget_all()
    keys, cards = tmp_path / "keys.jsonl", tmp_path / "cards.txt"
    key = make_bin_key(smart_bin=bin_07, now=timezone.now()).key
    keys.write_text(json.dumps({"bin": "B-0007", "key": key, "previous_valid_until": None}) + "\n", encoding="utf8")
    cards.write_text("A0000001\nA0000002\n" + "\n".join(f"X{number:07}" for number in range(58)), encoding="utf8")
    elsewhere = ("--base-url", live_server.url, "--keys", str(keys), "--cards", str(cards))

    def simulate() -> dict[str, Any]:
        out = StringIO()
        more = ("--days", "1", "--flush-minutes", "240", "--faults", "repeat,late,clock", "--json")
        call_command("simulate", *elsewhere, *more, stdout=out)
        report: dict[str, Any] = json.loads(out.getvalue())
        return report

    first, again = simulate(), simulate()

    assert first["check"]["ok"]
    assert "another database" in first["check"]["not_checked"][0]
    assert first["accepted"] == DropOff.objects.count() > 20
    assert sum(first["refused"].values()) == RefusedEvent.objects.count()
    assert (again["accepted"], again["duplicate"]) == (0, first["accepted"] + first["duplicate"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "options",
    [
        ("--bins", "0"),
        ("--days", "41"),
        ("--rate", "fast"),
        ("--rate", "-1"),
        ("--live", "--rate", "5"),
        ("--faults", "fire"),
        ("--base-url", "localhost"),
        ("--keys", "nowhere"),
        ("--keys", "nowhere", "--base-url", "http://127.0.0.1:1"),
        ("--faults", "kill", "--base-url", "http://127.0.0.1:1"),
        ("--via", "mqtt"),
        ("--broker-url", "mqtt://127.0.0.1:1"),
        ("--via", "mqtt", "--broker-url", "127.0.0.1"),
    ],
)
def test_wrong_usage_ends_with_2(options: Sequence[str]) -> None:
    with pytest.raises(CommandError) as end:
        call_command("simulate", *options, stdout=StringIO())
    assert end.value.returncode == 2
    assert not Household.objects.exists()


@pytest.mark.django_db
def test_simulated_households_never_stand_beside_the_zhang_household(zhang: Household) -> None:
    with pytest.raises(CommandError) as end:
        call_command("simulate", stdout=StringIO())
    assert end.value.returncode == 1
    assert Household.objects.get() == zhang


def test_a_key_file_that_is_none_is_refused_without_its_keys(tmp_path: Path) -> None:
    path = tmp_path / "keys.jsonl"
    path.write_text('{"bin": "B-0007", "key": "secret-of-bin-07"}\n', encoding="utf8")
    with pytest.raises(CommandError) as end:
        call_command("simulate", "--base-url", "http://127.0.0.1:1", "--keys", str(path), stdout=StringIO())
    assert end.value.returncode == 2
    assert "secret-of-bin-07" not in str(end.value)


def test_simulated_time_passes_at_the_rate_that_was_asked_for() -> None:
    midnight = dt.datetime(2026, 11, 23, tzinfo=SHANGHAI)
    hour = midnight + dt.timedelta(hours=1)
    started_s = time.monotonic()

    assert Pace(starts_at=midnight, rate=0).wait_s(send_at=hour, started_s=started_s) == 0
    assert 59 < Pace(starts_at=midnight, rate=60).wait_s(send_at=hour, started_s=started_s) <= 60
    assert Pace(starts_at=hour, rate=1).wait_s(send_at=midnight, started_s=started_s) < 0
