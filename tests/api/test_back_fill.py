"""A bin without a network for 45 days: what it kept comes in any order, by every door, and counts once on its day."""

import datetime as dt
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from api.device.mqtt.answering import Publication, answer_publication
from api.device.rate import bin_rate
from households.models import Household
from indicators.models import CommunityDay
from points.models import Account
from simulation.mqtt_client import framed
from sorting.models import Door, DropOff, DropOffBatch, SmartBin
from tests.api.conftest import body_of, headers_of, post
from tests.flows.points_model import ModelDrop, earned
from tests.sorting.test_import_drop_offs import run_import
from worker.tally import drain

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
SHANGHAI = ZoneInfo("Asia/Shanghai")
EVENTS = 600
CARDS = {"A0000001": "zhang", "A0000002": "li"}


def kept_events(*, seed: str, now: dt.datetime) -> list[dict[str, Any]]:
    """What bin 07 kept: 45 days, some of it in the minutes around midnight; a factory reset on the way."""
    chance = random.Random(seed)
    events = []
    for number in range(EVENTS):
        at = now - dt.timedelta(minutes=chance.randrange(1, 45 * 24 * 60))
        if number % 10 == 0:
            at = at.astimezone(SHANGHAI).replace(hour=chance.choice([0, 23]), minute=chance.choice([0, 59]))
        if at <= now - dt.timedelta(days=45):
            at += dt.timedelta(days=1)
        events.append(
            {
                "event_id": f"{seed}-{number}",
                "sequence": number % 400,
                "card": chance.choice(["A0000001", "A0000001", "A0000002", None]),
                "category": chance.choice(["FOOD", "FOOD", "RECYCLABLE", "HAZARDOUS", "RESIDUAL"]),
                "weight_g": chance.randrange(20, 4_000),
                # Every way to write the same moment: with our offset, in UTC, without any.
                "occurred_at": chance.choice(
                    [at.isoformat(), at.astimezone(dt.UTC).isoformat(), at.astimezone(SHANGHAI).strftime("%FT%T")]
                ),
            }
        )
    return events


def over_http(events: list[dict[str, Any]], key: str, number: int, tmp_path: Path) -> None:
    bin_rate.forget_all()
    body = body_of(list(events), boot_id=f"boot-{number % 2}")
    assert post(Client(), body, headers_of(body, key, f"http-{number}")).status_code == 200


def over_mqtt(events: list[dict[str, Any]], key: str, number: int, tmp_path: Path) -> None:
    bin_rate.forget_all()
    payload = framed(key=key, message_id=f"mqtt-{number}", body=body_of(list(events)), signed_at=timezone.now())
    reply = answer_publication(
        publication=Publication("fenfen/bins/B-0007/up/drop-offs", payload), received_at=timezone.now()
    )
    assert reply is not None
    assert json.loads(reply.payload)["status"] == 200


def from_a_file(events: list[dict[str, Any]], key: str, number: int, tmp_path: Path) -> None:
    path = tmp_path / f"{number}.jsonl"
    path.write_text("\n".join(json.dumps({"bin": "B-0007", **each}) for each in events), encoding="utf8")
    assert run_import(path, "--award")[0] == 0


@pytest.mark.parametrize("seed", ["one", "two"])
def test_45_days_through_every_door_in_any_order_count_once_on_their_own_day(
    bin_07: SmartBin, zhang: Household, li: Household, key_07: str, now: dt.datetime, tmp_path: Path, seed: str
) -> None:
    events = kept_events(seed=seed, now=now)
    chance = random.Random(seed)
    # Each event leaves twice, by whichever doors.
    leaving = chance.sample(events, EVENTS) + chance.sample(events, EVENTS)
    for number, start in enumerate(range(0, len(leaving), 60)):
        door = chance.choice([over_http, over_mqtt, from_a_file])
        door(leaving[start : start + 60], key_07, number, tmp_path)
        if chance.random() < 0.5:
            drain(now=now)
    drain(now=now)

    assert Counter(DropOff.objects.values_list("event_id", flat=True)) == Counter(each["event_id"] for each in events)
    assert set(DropOffBatch.objects.values_list("door", flat=True)) == {Door.HTTP, Door.MQTT, Door.IMPORT}
    assert_days(events)
    assert_points(events, {"zhang": zhang, "li": li}, now)


def local(event: dict[str, Any]) -> dt.datetime:
    at = dt.datetime.fromisoformat(event["occurred_at"])
    return at.replace(tzinfo=SHANGHAI) if at.tzinfo is None else at.astimezone(SHANGHAI)


def assert_days(events: list[dict[str, Any]]) -> None:
    wanted: Counter[tuple[dt.date, str]] = Counter()
    for each in events:
        wanted[local(each).date(), each["category"]] += each["weight_g"]
    days = CommunityDay.objects.values_list("occurred_on", "category").annotate(Sum("weight_g"))
    assert {(on, category): weight_g for on, category, weight_g in days} == dict(wanted)


def assert_points(events: list[dict[str, Any]], households: dict[str, Household], now: dt.datetime) -> None:
    """Against the model of the contract, which shares no code with the platform."""
    for name, household in households.items():
        days: dict[dt.date, list[ModelDrop]] = {}
        for each in events:
            if CARDS.get(each["card"]) == name:
                at = local(each)
                inside = 7 <= at.hour < 9 or 18 <= at.hour < 20
                drop = ModelDrop(name, each["card"], at.date(), each["category"], each["weight_g"], inside, now)
                days.setdefault(at.date(), []).append(drop)
        held = Account.objects.filter(household=household).aggregate(points=Sum("balance_points"))["points"]
        assert held == sum(earned(drops) for drops in days.values()) > 0
