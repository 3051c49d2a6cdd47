"""The demo: a small district's day through the real door, every promise recounted, and each recount can fail."""

import datetime as dt
import json
from collections import Counter
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from rich.cells import cell_len

from households.models import Household
from indicators.models import CommunityDay
from points.models import Account, AccountKind, DaySettlement, HouseholdDay, Transfer
from simulation import demo_district, demo_waiting
from simulation.client import EventFate
from simulation.demo_day import DemoPoint, make_up_day
from simulation.demo_district import build_district
from simulation.demo_plan import DISTRICT, HOUSEHOLD_COUNT, CommunityPlan
from simulation.demo_promises import check_promises
from simulation.demo_sending import SentLog
from sorting.models import Door, DropOff, DropOffBatch, RefusedEvent, SmartBin
from sorting.services import record_drop_offs
from worker.tally import drain

SHANGHAI = ZoneInfo("Asia/Shanghai")
SINCE = dt.date(2026, 3, 1)
SMALL_DISTRICT = (
    CommunityPlan("清源街道", "清源里", True, True, SINCE, SINCE, 300, 260, 60),
    CommunityPlan("石桥乡", "河湾新村", False, False, None, None, 120, 90, 40),
)
POINTS = [
    DemoPoint(
        bin_codes={"FOOD": f"A-{n}", "RESIDUAL": f"A-{n}", "RECYCLABLE": f"B-{n}", "HAZARDOUS": f"B-{n}"},
        households=[(f"CARD{n:04d}{i:04d}", f"411003{n:04d}{i:04d}0") for i in range(240)],
        active_percent=37,
    )
    for n in range(40)
]
YESTERDAY = dt.date(2026, 11, 22)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_district, "DISTRICT", SMALL_DISTRICT)
    monkeypatch.setattr(demo_waiting, "PATIENCE_S", 0.5)


@pytest.fixture
def sent(small: None, db: None) -> SentLog:
    """A small district's day, recorded and tallied without a server."""
    now = timezone.now()
    on = timezone.localdate(now) - dt.timedelta(days=1)
    district = build_district(on=on, now=now)
    log = SentLog()
    bins = {each.code: each for each in SmartBin.objects.select_related("point")}
    for batch in make_up_day(points=district.points, on=on, time_zone=SHANGHAI):
        recorded = record_drop_offs(
            smart_bin=bins[batch.bin_code], events=batch.events, door=Door.HTTP, received_at=now, boot_id=batch.boot_id
        )
        fates = [EventFate(str(each.event_id), each.fate.value, each.code) for each in recorded.results]
        log.note(batch=batch, results=fates)
    drain(now=timezone.now())
    return log


def broken(log: SentLog) -> set[str]:
    return {name for name, is_kept in check_promises(log=log).as_json().items() if not is_kept}


def test_the_district_has_twelve_communities_in_four_subdistricts_and_10_000_households() -> None:
    assert len(DISTRICT) == len({plan.name for plan in DISTRICT}) == 12
    assert len({plan.subdistrict for plan in DISTRICT}) == 4
    assert HOUSEHOLD_COUNT == 10_000
    assert all(plan.declared_households >= plan.enrolled_households for plan in DISTRICT)
    assert 60 <= HOUSEHOLD_COUNT / sum(plan.point_count for plan in DISTRICT) <= 350


def test_a_made_up_day_is_calibrated_on_real_ones() -> None:
    batches = make_up_day(points=POINTS, on=YESTERDAY, time_zone=SHANGHAI)
    events = [event for batch in batches for event in batch.events]
    first = {event["event_id"]: event for event in reversed(events) if "sequence" in event}.values()
    food = [event for event in first if event["category"] == "FOOD"]
    clock = [dt.datetime.fromisoformat(event["occurred_at"]).time() for event in first]
    inside = sum(dt.time(7) <= at < dt.time(9) or dt.time(18) <= at < dt.time(20) for at in clock)

    assert {event["category"] for event in first} == {"FOOD", "RESIDUAL", "RECYCLABLE", "HAZARDOUS"}
    assert 0.24 <= len(food) / 9_600 <= 1.2
    assert 800 <= sum(event["weight_g"] for event in food) / len(food) <= 2_290
    assert 0.66 <= inside / len(first) <= 0.74
    assert 0.015 <= sum("sequence" not in event for event in events) / len(events) <= 0.03
    assert all(len(batch.events) <= 1_000 for batch in batches)


def test_a_made_up_day_is_the_same_every_time() -> None:
    assert make_up_day(points=POINTS[:3], on=YESTERDAY, time_zone=SHANGHAI) == make_up_day(
        points=POINTS[:3], on=YESTERDAY, time_zone=SHANGHAI
    )


@pytest.mark.django_db(transaction=True)
def test_a_small_district_through_the_signed_door_keeps_every_promise(small: None, live_server: LiveServer) -> None:
    out, errors = StringIO(), StringIO()

    call_command("demo", "--base-url", live_server.url, "--json", stdout=out, stderr=errors)

    found: dict[str, Any] = json.loads(out.getvalue())
    assert set(found) == {"events", "points", "communities", "indicators", "seconds", "promises"}
    assert list(found["promises"]) == [
        "every_event_once",
        "nothing_untallied",
        "balances_equal_transfers",
        "points_equal_facts",
        "tallies_equal_recount",
        "no_negative_balance",
    ]
    assert all(found["promises"].values())
    events = found["events"]
    assert events["sent"] == sum(events[fate] for fate in ("accepted", "duplicate", "conflict", "rejected"))
    assert min(events.values()) > 0
    assert found["points"]["awarded"] > 0
    assert [each["community"] for each in found["communities"]] == ["清源里", "河湾新村"]
    assert sum(each["drop_offs"] for each in found["communities"]) <= events["accepted"]
    recovery = next(row for row in found["indicators"] if row["measure"] == "weighed")
    assert recovery["value"] is not None
    assert recovery["stale"] is False
    # No worker runs in the test: the command says so and tallies itself.
    assert "no progress" in errors.getvalue()


@pytest.mark.django_db(transaction=True)
def test_the_summary_reads_well_at_80_columns(small: None, live_server: LiveServer) -> None:
    out = StringIO()

    call_command("demo", "--base-url", live_server.url, stdout=out, stderr=StringIO())

    text = out.getvalue()
    assert max(cell_len(line) for line in text.splitlines()) <= 80
    assert "…" not in text
    assert "\x1b" not in text
    for words in (
        "接收 accepted",
        "积分 points",
        "清源里·试点",
        "指标 indicator",
        "✓ 每条投放只计一次",
        f"{live_server.url}/admin/",
    ):
        assert words in text


def test_the_demo_never_touches_the_zhang_households_database(zhang: Household) -> None:
    with pytest.raises(CommandError) as end:
        call_command("demo", "--base-url", "http://127.0.0.1:1", stdout=StringIO())

    assert end.value.returncode == 1
    assert Household.objects.get() == zhang


@pytest.mark.django_db
def test_an_address_that_is_none_ends_with_2() -> None:
    with pytest.raises(CommandError) as end:
        call_command("demo", "--base-url", "here", stdout=StringIO())

    assert end.value.returncode == 2


def test_a_whole_day_keeps_every_promise(sent: SentLog) -> None:
    assert broken(sent) == set()
    assert min(sent.fates[fate] for fate in ("accepted", "duplicate", "conflict", "rejected")) > 0
    assert Counter(RefusedEvent.objects.values_list("fate", flat=True))["conflict"] == sent.fates["conflict"]


def test_a_lost_event_is_noticed(sent: SentLog) -> None:
    sent.accepted[("B-0101-1", "never-stored")] = ("FOOD", 1_000, timezone.now())

    assert broken(sent) == {"every_event_once"}


def test_an_event_that_nobody_sent_is_noticed(sent: SentLog) -> None:
    sent.accepted.popitem()

    assert broken(sent) == {"every_event_once"}


def test_a_refusal_that_vanished_is_noticed(sent: SentLog) -> None:
    RefusedEvent.objects.filter(pk=RefusedEvent.objects.earliest("pk").pk).delete()

    assert broken(sent) == {"every_event_once"}


def test_an_untallied_batch_is_noticed(sent: SentLog) -> None:
    DropOffBatch.objects.filter(pk=DropOffBatch.objects.earliest("pk").pk).update(tallied_at=None, tally_run_id=None)

    assert "nothing_untallied" in broken(sent)


def test_a_balance_edited_by_hand_is_noticed(sent: SentLog) -> None:
    rich = Account.objects.filter(kind=AccountKind.PENDING, balance_points__gt=0).earliest("pk")
    Account.objects.filter(pk=rich.pk).update(balance_points=F("balance_points") + 1)

    assert broken(sent) == {"balances_equal_transfers"}


def test_a_day_paid_otherwise_is_noticed(sent: SentLog) -> None:
    day = DaySettlement.objects.filter(awarded_points__gt=0).first()
    assert day is not None
    DaySettlement.objects.filter(pk=day.pk).update(awarded_points=day.awarded_points + 1)

    assert broken(sent) == {"points_equal_facts"}


def test_a_ledger_that_paid_otherwise_is_noticed(sent: SentLog) -> None:
    award = Transfer.objects.earliest("pk")
    Transfer.objects.create(
        run=award.run,
        debit=award.debit,
        credit=award.credit,
        household=award.household,
        points=1,
        reason=award.reason,
        reference="by-hand",
        digest=b"",
    )

    assert broken(sent) == {"points_equal_facts", "balances_equal_transfers"}


def test_a_tally_that_is_a_gram_off_is_noticed(sent: SentLog) -> None:
    day = CommunityDay.objects.first()
    assert day is not None
    CommunityDay.objects.filter(pk=day.pk).update(weight_g=day.weight_g + 1)

    assert broken(sent) == {"tallies_equal_recount"}


def test_a_households_day_that_is_missing_is_noticed(sent: SentLog) -> None:
    day = HouseholdDay.objects.first()
    assert day is not None
    HouseholdDay.objects.filter(pk=day.pk).delete()

    assert broken(sent) == {"tallies_equal_recount"}


def test_a_negative_balance_is_noticed(sent: SentLog) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE points_account DROP CONSTRAINT account_balance_never_negative")
        poor = Account.objects.filter(kind=AccountKind.AVAILABLE).earliest("pk")
        Account.objects.filter(pk=poor.pk).update(balance_points=-1)
        try:
            assert broken(sent) == {"no_negative_balance", "balances_equal_transfers"}
        finally:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA ignore_check_constraints = OFF")


def test_no_drop_off_lies_in_the_future(sent: SentLog) -> None:
    assert not DropOff.objects.filter(occurred_at__gt=timezone.now()).exists()
