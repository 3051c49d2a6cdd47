"""replay: published totals go in through a door and are found again in CommunityDay, to the gram."""

import csv
import datetime as dt
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import Count, Sum
from pytest_django.live_server_helper import LiveServer

from households.models import Card, Community, Household, Subdistrict
from indicators.models import CommunityDay
from points.models import Account, Transfer
from sorting.models import Door, DropOff, DropOffBatch, RefusedEvent

PUBLISHED = settings.BASE_DIR.parent / "shared" / "data" / "food_waste_daily.csv"
HEADING = "date,community,weight_g,drop_offs\n"
TWO_DAYS = (
    HEADING + "2019-01-01,安养,43793,22\n2019-01-01,东豆川,69093,34\n2019-01-02,安养,51000,600\n2019-01-02,利川,0,0\n"
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def totals(tmp_path: Path) -> Path:
    path = tmp_path / "totals.csv"
    path.write_text(TWO_DAYS, encoding="utf8")
    return path


def replay(path: Path, *options: str, from_on: str = "2019-01-01", to_on: str = "2019-01-31") -> dict[str, Any]:
    """The JSON of a run that was clean."""
    out = StringIO()
    call_command("replay", str(path), "--from", from_on, "--to", to_on, "--json", *options, stdout=out)
    report: dict[str, Any] = json.loads(out.getvalue())
    return report


def replay_with_refusals(path: Path, *options: str) -> dict[str, Any]:
    """The JSON of a run that ended with exit code 1."""
    out = StringIO()
    with pytest.raises(CommandError) as end:
        call_command("replay", str(path), "--from", "2019-01-01", "--to", "2019-01-31", "--json", *options, stdout=out)
    assert end.value.returncode == 1
    report: dict[str, Any] = json.loads(out.getvalue())
    return report


def exit_code_of(*arguments: str) -> int:
    with pytest.raises(CommandError) as end:
        call_command("replay", *arguments, stdout=StringIO())
    return end.value.returncode


def community_days() -> set[tuple[str, str, str, int, int]]:
    rows = CommunityDay.objects.values_list("community__name", "occurred_on", "category", "drop_off_count", "weight_g")
    return {(name, on.isoformat(), category, count, grams) for name, on, category, count, grams in rows}


def fates(report: dict[str, Any]) -> tuple[int, ...]:
    return tuple(report[key] for key in ("sent", "accepted", "duplicate", "conflict", "rejected"))


def test_two_days_are_found_again_to_the_gram(totals: Path) -> None:
    report = replay(totals)

    assert community_days() == {
        ("安养", "2019-01-01", "FOOD", 22, 43_793),
        ("东豆川", "2019-01-01", "FOOD", 34, 69_093),
        ("安养", "2019-01-02", "FOOD", 600, 51_000),
    }
    assert fates(report) == (656, 656, 0, 0, 0)
    assert report["rows"] == 4
    assert (report["days"], report["communities"], report["weight_g"]) == (2, 3, 163_886)
    assert report["refused"] == []
    assert report["tallied"] == 656


def test_every_drop_off_belongs_to_a_made_up_household_of_its_community(totals: Path) -> None:
    replay(totals)

    assert DropOff.objects.filter(household__isnull=True).count() == 0
    assert all(d.household is not None and d.household.community_id == d.community_id for d in DropOff.objects.all())
    by_day = (
        DropOff.objects.values("household", "occurred_on").annotate(times=Count("id")).values_list("times", flat=True)
    )
    assert max(by_day) <= 2
    assert set(DropOffBatch.objects.values_list("door", flat=True)) == {Door.REPLAY}


def test_a_repeat_is_all_duplicates_whatever_else_the_file_holds(totals: Path, tmp_path: Path) -> None:
    replay(totals)
    before = community_days()
    turned = tmp_path / "turned.csv"
    lines = TWO_DAYS.splitlines()[1:]
    turned.write_text(HEADING + "\n".join(reversed(lines)) + "\n2019-01-03,安养,900,3\n", encoding="utf8")

    whole = replay(totals)
    cut = replay(turned, from_on="2019-01-02", to_on="2019-01-02")

    assert fates(whole) == (656, 0, 656, 0, 0)
    assert fates(cut) == (600, 0, 600, 0, 0)
    assert community_days() == before


def test_points_are_awarded_only_where_asked_for(totals: Path, tmp_path: Path) -> None:
    replay(totals)
    assert Transfer.objects.count() == 0

    others = tmp_path / "others.csv"
    others.write_text(HEADING + "2019-01-05,安养,43793,22\n", encoding="utf8")
    report = replay(others, "--award")

    pending = Account.objects.filter(kind="PENDING").aggregate(points=Sum("balance_points"))["points"]
    assert 22 * 5 <= pending <= 22 * 10
    assert report["points"] == pending


def test_impossible_days_are_listed_and_skipped_and_the_others_go_in(tmp_path: Path) -> None:
    path = tmp_path / "totals.csv"
    rows = ["2019-01-01,安养,50001,1", "2019-01-02,安养,1,2", "2019-01-03,安养,-5,1", "2019-01-04,安养,1.5,1"]
    rows += ["2019-01-05,安养,,1", "2019-01-06,安养,7,0", "2019-01-07,安养,0,0", "2019-01-08,安养,50000,1"]
    path.write_text(HEADING + "\n".join(rows) + "\n", encoding="utf8")

    report = replay_with_refusals(path)

    assert [(each["line"], each["code"]) for each in report["refused"]] == [
        (2, "over_50_kg_a_drop_off"),
        (3, "under_1_g_a_drop_off"),
        (4, "negative"),
        (5, "not_a_whole_number"),
        (6, "missing"),
        (7, "weight_without_drop_offs"),
    ]
    assert report["refused"][0]["row"] == {
        "date": "2019-01-01",
        "community": "安养",
        "weight_g": "50001",
        "drop_offs": "1",
    }
    assert all(each["message"] for each in report["refused"])
    assert community_days() == {("安养", "2019-01-08", "FOOD", 1, 50_000)}


def test_a_day_with_other_figures_is_refused_and_never_added(totals: Path, tmp_path: Path) -> None:
    replay(totals)
    before = community_days()
    corrected = tmp_path / "corrected.csv"
    corrected.write_text(HEADING + "2019-01-01,安养,43800,30\n2019-01-01,东豆川,69093,34\n", encoding="utf8")

    report = replay_with_refusals(corrected)

    assert [(each["line"], each["code"]) for each in report["refused"]] == [(2, "conflict")]
    assert fates(report) == (34, 0, 34, 0, 0)
    assert community_days() == before
    assert RefusedEvent.objects.count() == 0


def test_a_replay_never_stands_beside_the_zhang_household(totals: Path, zhang: Household) -> None:
    assert exit_code_of(str(totals), "--from", "2019-01-01", "--to", "2019-01-31") == 1
    assert DropOff.objects.count() == 0
    assert Household.objects.get() == zhang


def test_a_community_that_stands_already_is_used(totals: Path) -> None:
    subdistrict = Subdistrict.objects.create(name="京畿")
    anyang = Community.objects.create(subdistrict=subdistrict, name="安养", is_pilot=True)

    replay(totals)

    assert Community.objects.get(name="安养") == anyang
    assert CommunityDay.objects.filter(community=anyang).count() == 2


def test_made_up_households_have_a_code_and_a_card_valid_at_all_times(totals: Path) -> None:
    report = replay(totals)

    assert Household.objects.count() == Card.objects.filter(valid_from=None, valid_to=None).count()
    assert report["households"] == Household.objects.count()
    assert all(len(code) == 15 for code in Household.objects.values_list("code", flat=True))


def test_the_tally_can_be_left_to_the_workers(totals: Path) -> None:
    report = replay(totals, "--no-tally")

    assert report["tallied"] == 0
    assert CommunityDay.objects.count() == 0
    assert DropOffBatch.objects.filter(tallied_at=None).exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("nowhere.csv", "--from", "2019-01-01", "--to", "2019-01-31"),
        ("TOTALS", "--from", "2019-01-31", "--to", "2019-01-01"),
        ("TOTALS", "--from", "yesterday", "--to", "2019-01-01"),
        ("TOTALS", "--from", "2019-01-01", "--to", "2019-02-10", "--via", "http"),
        ("TOTALS", "--from", "2019-01-01", "--to", "2019-01-31", "--base-url", "http://127.0.0.1:1"),
        ("TOTALS", "--from", "2019-01-01", "--to", "2019-01-31", "--via", "http", "--base-url", "localhost"),
    ],
)
def test_wrong_usage_ends_with_2(totals: Path, arguments: tuple[str, ...]) -> None:
    assert exit_code_of(*(str(totals) if each == "TOTALS" else each for each in arguments)) == 2
    assert Household.objects.count() == 0


def test_a_file_without_the_columns_ends_with_2(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("date,community\n2019-01-01,安养\n", encoding="utf8")

    assert exit_code_of(str(path), "--from", "2019-01-01", "--to", "2019-01-31") == 2


@pytest.mark.django_db(transaction=True)
def test_through_http_the_period_ends_yesterday_and_points_are_awarded(totals: Path, live_server: LiveServer) -> None:
    report = replay(totals, "--via", "http", "--base-url", live_server.url, from_on="2019-01-01", to_on="2019-01-02")

    yesterday = dt.datetime.now(tz=dt.timezone(dt.timedelta(hours=8))).date() - dt.timedelta(days=1)
    day_before = yesterday - dt.timedelta(days=1)
    assert community_days() == {
        ("安养", day_before.isoformat(), "FOOD", 22, 43_793),
        ("东豆川", day_before.isoformat(), "FOOD", 34, 69_093),
        ("安养", yesterday.isoformat(), "FOOD", 600, 51_000),
    }
    assert report["points"] > 0
    assert set(DropOffBatch.objects.values_list("door", flat=True)) == {Door.HTTP}

    again = replay(totals, "--via", "http", "--base-url", live_server.url, from_on="2019-01-01", to_on="2019-01-02")
    assert fates(again) == (656, 0, 656, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_row_that_was_moved_to_another_date_is_not_counted_there_again(totals: Path, live_server: LiveServer) -> None:
    replay(totals, "--via", "http", "--base-url", live_server.url, from_on="2019-01-01", to_on="2019-01-02")
    before = community_days()

    report = replay_with_refusals(totals)

    assert [each["code"] for each in report["refused"]] == ["conflict"] * 3
    assert community_days() == before


@pytest.mark.skipif(not PUBLISHED.is_file(), reason=f"the published totals are not there: {PUBLISHED}")
def test_published_days_of_eight_cities_are_found_again_to_the_gram() -> None:
    days = ("2019-02-05", "2019-09-13")  # New Year's and harvest festival: the quietest and among the fullest
    with PUBLISHED.open(encoding="utf8") as file:
        published = {
            (row["community"], row["date"], "FOOD", int(row["drop_offs"]), int(row["weight_g"]))
            for row in csv.DictReader(file)
            if row["date"] in days
        }
    for day in days:
        report = replay(PUBLISHED, from_on=day, to_on=day)
        assert report["accepted"] == report["sent"] > 0

    assert community_days() == published
    assert fates(replay(PUBLISHED, from_on=days[0], to_on=days[0]))[1:] == (0, report_sent(days[0], published), 0, 0)


def report_sent(day: str, published: set[tuple[str, str, str, int, int]]) -> int:
    return sum(count for _name, on, _category, count, _grams in published if on == day)
