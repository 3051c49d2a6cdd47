"""`recompute` finds every tally that is not what its drop-offs come to, and puts it right."""

import datetime as dt
import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from households.models import Community, Household
from indicators.models import CommunityDay
from people.models import User
from points.models import HouseholdDay, PointRule
from sorting.models import SetAside, SmartBin, Verdict
from tests.builders import at, make_attribution, make_drop_off, make_household_day, make_verification
from tests.conftest import NOON, TODAY
from tests.points.programmes import make_programme


def recompute(*arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the document of `recompute … --json`."""
    out = io.StringIO()
    code = 0
    try:
        call_command("recompute", *arguments, "--json", stdout=out, stderr=io.StringIO())
    except CommandError as error:
        code = error.returncode
    return code, json.loads(out.getvalue())


def household_days(household: Household) -> dict[str, tuple[int, int, int]]:
    """Count, grams and points by category."""
    rows = HouseholdDay.objects.filter(household=household)
    return {row.category: (row.drop_off_count, row.weight_g, row.points) for row in rows}


def community_days(community: Community) -> dict[str, tuple[int, int, int]]:
    """Count, grams and households by category."""
    rows = CommunityDay.objects.filter(community=community)
    return {row.category: (row.drop_off_count, row.weight_g, row.household_count) for row in rows}


def a_day_of_zhang_and_li(*, bin_07: SmartBin, zhang: Household, li: Household) -> None:
    """Zhang: food in and out of the window, light food, recyclables, batteries. Li: food. Somebody unknown: food."""
    for weight_g, is_in_window in ((1_620, True), (300, False), (900, False), (199, True)):
        make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON, weight_g=weight_g, is_in_window=is_in_window)
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON, category="RECYCLABLE", weight_g=1_999)
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON, category="RECYCLABLE", weight_g=49)
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON, category="HAZARDOUS", weight_g=30)
    make_drop_off(smart_bin=bin_07, household=li, occurred_at=NOON, weight_g=700)
    make_drop_off(smart_bin=bin_07, occurred_at=NOON, weight_g=500)


def test_everything_is_rebuilt_from_the_drop_offs_alone(bin_07: SmartBin, zhang: Household, li: Household) -> None:
    a_day_of_zhang_and_li(bin_07=bin_07, zhang=zhang, li=li)
    code, document = recompute()
    assert (code, document["ok"]) == (0, True)
    assert household_days(zhang) == {"FOOD": (4, 3_019, 15), "RECYCLABLE": (2, 2_048, 99), "HAZARDOUS": (1, 30, 20)}
    assert household_days(li) == {"FOOD": (1, 700, 10)}
    assert community_days(bin_07.point.community) == {
        "FOOD": (6, 4_219, 2),
        "RECYCLABLE": (2, 2_048, 1),
        "HAZARDOUS": (1, 30, 1),
    }
    assert recompute("--check") == (0, {"ok": True, "differences": []})


def test_a_row_edited_behind_the_platforms_back_is_named(bin_07: SmartBin, zhang: Household, li: Household) -> None:
    a_day_of_zhang_and_li(bin_07=bin_07, zhang=zhang, li=li)
    recompute()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE indicators_communityday SET weight_g = weight_g + 1 WHERE category = 'FOOD'")
        cursor.execute("UPDATE points_householdday SET points = 16 WHERE category = 'FOOD' AND weight_g = 3019")
    code, document = recompute("--check")
    day = {"date": TODAY.isoformat(), "category": "FOOD"}
    assert (code, document["ok"]) == (1, False)
    assert document["differences"] == [
        {
            "table": "CommunityDay",
            "community": "东湖花园",
            **day,
            "field": "weight_g",
            "stored": 4_220,
            "recounted": 4_219,
        },
        {"table": "HouseholdDay", "household": zhang.code, **day, "field": "points", "stored": 16, "recounted": 15},
    ]
    assert household_days(zhang)["FOOD"] == (4, 3_019, 16), "--check changed something"
    code, document = recompute()
    assert (code, document["ok"], len(document["differences"])) == (0, True, 2)
    assert recompute("--check") == (0, {"ok": True, "differences": []})
    assert household_days(zhang)["FOOD"] == (4, 3_019, 15)


@pytest.mark.parametrize(
    ("table", "field"),
    [
        ("indicators_communityday", "drop_off_count"),
        ("indicators_communityday", "weight_g"),
        ("indicators_communityday", "household_count"),
        ("points_householdday", "drop_off_count"),
        ("points_householdday", "weight_g"),
        ("points_householdday", "points"),
    ],
)
def test_no_figure_can_be_edited_unseen(
    bin_07: SmartBin, zhang: Household, li: Household, table: str, field: str
) -> None:
    a_day_of_zhang_and_li(bin_07=bin_07, zhang=zhang, li=li)
    recompute()
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {field} = {field} + 1 WHERE category = 'FOOD' AND drop_off_count > 3")
    code, document = recompute("--check")
    assert (code, [each["field"] for each in document["differences"]]) == (1, [field])


def test_a_row_too_much_and_a_row_missing_are_named_with_null(
    bin_07: SmartBin, zhang: Household, li: Household
) -> None:
    a_day_of_zhang_and_li(bin_07=bin_07, zhang=zhang, li=li)
    recompute()
    CommunityDay.objects.filter(category="HAZARDOUS").delete()
    make_household_day(household=li, on=TODAY, category="RESIDUAL", weight_g=7, points=0)
    _, document = recompute("--check")
    named = {(each["table"], each["field"], each["stored"], each["recounted"]) for each in document["differences"]}
    assert named == {
        ("CommunityDay", "drop_off_count", None, 1),
        ("CommunityDay", "weight_g", None, 30),
        ("CommunityDay", "household_count", None, 1),
        ("CommunityDay", "sampled_count", None, 0),
        ("CommunityDay", "sampled_right_count", None, 0),
        ("HouseholdDay", "drop_off_count", 1, None),
        ("HouseholdDay", "weight_g", 7, None),
        ("HouseholdDay", "points", 0, None),
        ("HouseholdDay", "correct_count", 0, None),
        ("HouseholdDay", "wrong_count", 0, None),
    }
    recompute()
    assert recompute("--check") == (0, {"ok": True, "differences": []})


def test_what_is_untallied_or_set_aside_counts_nowhere(bin_07: SmartBin, zhang: Household) -> None:
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON, weight_g=700, is_tallied=False)
    poison = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON, weight_g=800)
    SetAside.objects.create(drop_off=poison, error="division by zero", set_aside_at=NOON)
    recompute()
    assert household_days(zhang) == {}
    assert community_days(bin_07.point.community) == {}


def test_an_attributed_drop_off_is_the_households_once_that_is_tallied(bin_07: SmartBin, zhang: Household) -> None:
    early = make_drop_off(smart_bin=bin_07, occurred_at=NOON, weight_g=700, card="A0000009")
    waiting = make_drop_off(smart_bin=bin_07, occurred_at=NOON, weight_g=800, card="A0000009")
    make_attribution(drop_off=early, household=zhang)
    make_attribution(drop_off=waiting, household=zhang, is_tallied=False)
    recompute()
    assert household_days(zhang) == {"FOOD": (1, 700, 10)}
    assert community_days(bin_07.point.community) == {"FOOD": (2, 1_500, 1)}


@pytest.mark.parametrize(
    ("verdicts", "points"),
    [
        (["CONTAMINATED"], 0),
        (["MISPLACED"], 0),
        (["CORRECT"], 10),
        (["CONTAMINATED", "CORRECT"], 10),
        (["CORRECT", "MISPLACED"], 0),
        (["MISPLACED", "WITHDRAWN"], 10),
    ],
)
def test_the_last_verdict_decides_about_points_and_never_about_weight(
    bin_07: SmartBin, zhang: Household, chen: User, verdicts: list[str], points: int
) -> None:
    drop_off = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON, weight_g=700)
    for verdict in verdicts:
        make_verification(drop_off=drop_off, guide=chen, verdict=verdict)
    make_verification(drop_off=drop_off, guide=chen, verdict=Verdict.CONTAMINATED, is_tallied=False)
    recompute()
    assert household_days(zhang) == {"FOOD": (1, 700, points)}
    assert community_days(bin_07.point.community) == {"FOOD": (1, 700, 1)}


def test_what_came_without_award_counts_and_earns_nothing(bin_07: SmartBin, zhang: Household) -> None:
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON, weight_g=700, is_awarding=False)
    recompute()
    assert household_days(zhang) == {"FOOD": (1, 700, 0)}


def test_a_communitys_own_programme_rates_its_households_from_its_day_on(
    bin_07: SmartBin, zhang: Household, wang: Household
) -> None:
    make_programme(
        name="东湖加倍",
        community=zhang.community,
        holds_from=TODAY,
        checking_window_s=0,
        rules=[PointRule(category="FOOD", unit="DROP_OFF", points=20, points_outside=20)],
    )
    yesterday = TODAY - dt.timedelta(days=1)
    for household in (zhang, wang):
        make_drop_off(smart_bin=bin_07, household=household, occurred_at=NOON)
        make_drop_off(smart_bin=bin_07, household=household, occurred_at=at(on=yesterday))
        make_drop_off(smart_bin=bin_07, household=household, occurred_at=NOON, category="RECYCLABLE")
    recompute()
    points = {(day.household_id, day.occurred_on, day.category): day.points for day in HouseholdDay.objects.all()}
    assert points == {
        (zhang.pk, TODAY, "FOOD"): 20,
        (zhang.pk, TODAY, "RECYCLABLE"): 0,
        (zhang.pk, yesterday, "FOOD"): 10,
        (wang.pk, TODAY, "FOOD"): 10,
        (wang.pk, TODAY, "RECYCLABLE"): 50,
        (wang.pk, yesterday, "FOOD"): 10,
    }


def test_people_read_what_was_put_right(bin_07: SmartBin, zhang: Household) -> None:
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON, weight_g=700)
    out = io.StringIO()
    call_command("recompute", stdout=out)
    assert "HouseholdDay 411003000000018 2026-11-23 FOOD points: 无 (none) → 10" in out.getvalue()
    assert "10 处已更正" in out.getvalue()
    out = io.StringIO()
    call_command("recompute", "--check", stdout=out)
    assert "一致" in out.getvalue()
