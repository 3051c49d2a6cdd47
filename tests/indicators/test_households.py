"""Households: the pilot's funnel, and participation."""

import datetime as dt

import pytest

from households.models import Card, Community, Household
from people.models import User
from sorting.models import SetAside, SmartBin, Verdict
from tests.builders import at, make_attribution, make_drop_off, make_household_day, make_verification
from tests.conftest import NOON, TODAY, make_household
from tests.indicators.asking import ask_one
from tests.indicators.test_recompute import recompute

NOVEMBER = {"starts_on": "2026-11-01", "ends_on": "2026-11-30"}
FUNNEL = {"enrolled": 2, "card_issued": 2, "first_drop_off": 0, "active_30_days": 0, "sorting_right": None}


def funnel(*, ends_on: str = "2026-11-30", community: str | None = None) -> dict[str, int | None]:
    """The stages of pilot_households."""
    row = ask_one("pilot_households", starts_on="2026-11-01", ends_on=ends_on, community=community)
    assert row["value"] == row["stages"]["enrolled"]
    stages: dict[str, int | None] = row["stages"]
    return stages


def recounted_funnel(*, community: str | None = None) -> dict[str, int | None]:
    """The stages after the days were counted from what the test made."""
    recompute()
    return funnel(community=community)


def test_the_pilot_has_zhang_and_li_and_not_wang(zhang: Household, li: Household, wang: Household) -> None:
    row = ask_one("pilot_households", **NOVEMBER)
    assert (row["value"], row["numerator"], row["denominator"], row["unit"]) == (2, 2, None, "households")
    assert row["stages"] == FUNNEL


def test_outside_the_pilot_there_is_no_funnel(zhang: Household, wang: Household) -> None:
    row = ask_one("pilot_households", **NOVEMBER, community="西园新村")
    assert row["value"] is None
    assert set(row["stages"]) == set(FUNNEL)
    assert set(row["stages"].values()) == {None}


def test_before_the_pilot_began_nobody_is_in_it(zhang: Household, li: Household) -> None:
    Community.objects.filter(pk=zhang.community_id).update(pilot_since=TODAY)
    assert funnel(ends_on="2026-11-22")["enrolled"] == 0
    assert funnel(ends_on="2026-11-23")["enrolled"] == 2


@pytest.mark.parametrize(
    ("enrolled_on", "left_on", "count"),
    [
        ("2026-11-30", None, 1),
        ("2026-12-01", None, 0),
        ("2026-01-01", "2026-11-30", 0),
        ("2026-01-01", "2026-12-01", 1),
    ],
)
def test_enrolled_is_who_came_by_the_last_day_and_had_not_left(
    zhang: Household, enrolled_on: str, left_on: str | None, count: int
) -> None:
    Household.objects.filter(pk=zhang.pk).update(enrolled_on=enrolled_on, left_on=left_on)
    assert funnel()["enrolled"] == count
    assert ask_one("participation_rate", **NOVEMBER)["denominator"] == count


def test_a_card_counts_when_it_was_issued_by_then_even_if_replaced_since(zhang: Household, li: Household) -> None:
    Card.objects.filter(household=li).delete()
    assert funnel()["card_issued"] == 1
    card = Card.objects.get(household=zhang)
    for valid_from, issued_at, count in (
        (at(on=dt.date(2026, 12, 1), hour=0), at(on=dt.date(2026, 12, 1), hour=0), 0),
        (at(on=dt.date(2026, 11, 30), hour=23), at(on=dt.date(2026, 11, 30), hour=23), 1),
        (None, at(on=dt.date(2026, 12, 24)), 1),  # imported with its household: valid at all times
    ):
        Card.objects.filter(pk=card.pk).update(valid_from=valid_from, issued_at=issued_at)
        assert funnel()["card_issued"] == count
    Card.objects.filter(pk=card.pk).update(valid_from=None, issued_at=NOON, valid_to=NOON)
    assert funnel()["card_issued"] == 1


@pytest.mark.parametrize(
    ("on", "first", "active"),
    [
        ("2026-11-30", 1, 1),
        ("2026-11-01", 1, 1),  # the 30th day, counted from the last
        ("2026-10-31", 1, 0),
        ("2026-12-01", 0, 0),
    ],
)
def test_active_is_a_drop_off_in_the_30_days_that_end_with_the_period(
    zhang: Household, li: Household, on: str, first: int, active: int
) -> None:
    make_household_day(household=zhang, on=dt.date.fromisoformat(on))
    assert funnel() == FUNNEL | {"first_drop_off": first, "active_30_days": active}


def test_sorting_right_is_unknown_before_anybody_verified(
    zhang: Household, li: Household, bin_07: SmartBin, chen: User
) -> None:
    drop_off = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON)
    assert recounted_funnel()["sorting_right"] is None
    make_verification(drop_off=drop_off, guide=chen, verdict=Verdict.CORRECT, is_tallied=False)
    assert recounted_funnel()["sorting_right"] is None, "an untallied verdict is not in force"
    make_verification(drop_off=drop_off, guide=chen, verdict=Verdict.CORRECT)
    assert recounted_funnel()["sorting_right"] == 1


@pytest.mark.parametrize(
    ("verdicts", "right"),
    [
        ([["CORRECT"]], 1),
        ([["CORRECT"], ["CONTAMINATED"]], 0),
        ([["CORRECT"], ["MISPLACED"]], 0),
        ([["CONTAMINATED"]], 0),
        ([["CONTAMINATED", "CORRECT"]], 1),
        ([["CORRECT"], ["CONTAMINATED", "WITHDRAWN"]], 1),
        ([["CORRECT", "WITHDRAWN"]], None),
        ([["CORRECT", "CONTAMINATED"], ["CORRECT"]], 0),
    ],
)
def test_one_correct_and_nothing_wrong_is_sorting_right(
    zhang: Household, bin_07: SmartBin, chen: User, verdicts: list[list[str]], right: int | None
) -> None:
    for of_one in verdicts:
        drop_off = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON)
        for verdict in of_one:
            make_verification(drop_off=drop_off, guide=chen, verdict=verdict)
    assert recounted_funnel()["sorting_right"] == right
    assert recounted_funnel(community="东湖花园")["sorting_right"] == right


def test_sorting_right_looks_at_30_days_and_at_what_is_attributed(
    zhang: Household, li: Household, bin_07: SmartBin, chen: User
) -> None:
    early = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=dt.date(2026, 10, 31)))
    make_verification(drop_off=early, guide=chen, verdict=Verdict.MISPLACED)
    assert recounted_funnel()["sorting_right"] == 0, "somebody verified, nobody was right in the 30 days"
    unknown = make_drop_off(smart_bin=bin_07, occurred_at=NOON, card="A0000002")
    make_verification(drop_off=unknown, guide=chen, verdict=Verdict.CORRECT)
    assert recounted_funnel()["sorting_right"] == 0
    make_attribution(drop_off=unknown, household=li)
    assert recounted_funnel()["sorting_right"] == 1
    SetAside.objects.create(drop_off=unknown, error="?", set_aside_at=NOON)
    assert recounted_funnel()["sorting_right"] == 0, "a drop-off set aside counts nowhere"


def test_participation_is_enrolled_households_with_a_drop_off_in_the_period(
    zhang: Household, li: Household, wang: Household, west_park: Community
) -> None:
    make_household_day(household=zhang, on=dt.date(2026, 11, 1))
    make_household_day(household=zhang, on=dt.date(2026, 11, 2), category="RESIDUAL")
    make_household_day(household=li, on=dt.date(2026, 10, 31))
    make_household_day(household=wang, on=dt.date(2026, 11, 30))
    moved = make_household(community=west_park, serial=9, code="411003000000095", room="999", rfid="A0000009")
    make_household_day(household=moved, on=TODAY)
    Household.objects.filter(pk=moved.pk).update(left_on=TODAY)
    row = ask_one("participation_rate", **NOVEMBER)
    assert (row["numerator"], row["denominator"], row["value"]) == (2, 3, pytest.approx(2 / 3))
    assert ask_one("participation_rate", **NOVEMBER, community="东湖花园")["value"] == 0.5
    assert ask_one("participation_rate", **NOVEMBER, community="西园新村")["value"] == 1


def test_with_nobody_enrolled_there_is_no_participation(zhang: Household) -> None:
    row = ask_one("participation_rate", starts_on="2025-11-01", ends_on="2025-11-30")
    assert (row["value"], row["denominator"]) == (None, 0)
