"""The settlement SQL against points.rules, under any programme: sub-classes, limits, streaks, penalties, any order."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from households.models import Household
from indicators.recount import community_day_differences, household_day_differences
from people.models import User
from points.audit import verify_ledger
from points.ledger import Line, post
from points.models import Account, AccountKind, DaySettlement, HouseholdDay, Reason, RunKind
from points.release import release_due
from points.rules import DayRules
from sorting.models import SmartBin, Verdict
from tests.builders import at, make_drop_off, make_verification
from tests.conftest import NOON, TODAY
from tests.points.programmes import make_programme_of
from tests.points.strategies import KINDS, WEIGHTS, day_rules
from worker.tally import drain

DAYS = 6


@dataclass(frozen=True)
class Bag:
    """One drop-off to come, and what the guide will say of it."""

    days_ago: int
    kind: tuple[str, str]
    weight_g: int
    inside: bool
    verdict: str


BAGS = st.builds(
    Bag,
    days_ago=st.integers(0, DAYS - 1),
    kind=st.sampled_from(KINDS),
    weight_g=WEIGHTS,
    inside=st.booleans(),
    verdict=st.sampled_from(("", "", "", "CORRECT", "CONTAMINATED", "MISPLACED")),
)


@contextmanager
def undone() -> Iterator[None]:
    """Nothing of one example is left for the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def bring(bags: Sequence[tuple[int, Bag]], *, household: Household, smart_bin: SmartBin, guide: User) -> None:
    """The bags come in this order; what was judged is judged after the next bag has been tallied."""
    judged_later = None
    for minute, bag in bags:
        if judged_later:
            make_verification(drop_off=judged_later[0], guide=guide, verdict=judged_later[1], is_tallied=False)
        drop_off = make_drop_off(
            smart_bin=smart_bin,
            household=household,
            occurred_at=at(on=TODAY - dt.timedelta(days=bag.days_ago), hour=8, minute=minute),
            category=bag.kind[0],
            sub_class=bag.kind[1],
            weight_g=bag.weight_g,
            is_in_window=bag.inside,
            is_tallied=False,
        )
        judged_later = (drop_off, bag.verdict) if bag.verdict else None
        drain(now=NOON)
    if judged_later:
        make_verification(drop_off=judged_later[0], guide=guide, verdict=judged_later[1], is_tallied=False)
        drain(now=NOON)


def standing(household: Household) -> list[tuple[object, ...]]:
    """What the household's days come to, whatever was posted on the way and whatever could not be taken."""
    return [
        *DaySettlement.objects.filter(household=household)
        .order_by("occurred_on")
        .values_list(
            "occurred_on",
            F("awarded_points") - F("release_shortfall_points"),
            F("released_points") - F("release_shortfall_points"),
            F("bonus_points") - F("bonus_shortfall_points"),
            F("penalty_points") + F("penalty_shortfall_points"),
            "streak_points",
        ),
        *HouseholdDay.objects.filter(household=household)
        .order_by("occurred_on", "category")
        .values_list("occurred_on", "category", "points"),
    ]


@pytest.mark.django_db
def test_the_settlement_is_the_rules_in_any_order_under_any_programme(
    zhang: Household, li: Household, bin_07: SmartBin, chen: User
) -> None:
    """Zhang and Li bring the same bags in opposite orders: apart from what could not be taken back, they end alike."""

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
    )
    @given(rules=day_rules(), bags=st.lists(BAGS, min_size=1, max_size=6))
    def compare(rules: DayRules, bags: list[Bag]) -> None:
        with undone():
            make_programme_of(rules=rules, holds_from=TODAY - dt.timedelta(days=DAYS - 2))
            numbered = list(enumerate(bags))
            bring(numbered, household=zhang, smart_bin=bin_07, guide=chen)
            bring(numbered[::-1], household=li, smart_bin=bin_07, guide=chen)
            release_due(now=NOON + dt.timedelta(hours=49))
            assert verify_ledger().faults == []
            assert list(household_day_differences()) == []
            assert list(community_day_differences()) == []
            assert standing(zhang) == standing(li)

    compare()


@pytest.mark.django_db
def test_a_bag_that_comes_late_makes_the_streaks_after_it_and_a_verdict_breaks_them(
    zhang: Household, bin_07: SmartBin, chen: User
) -> None:
    """Three days in a row bring 4 points each from the third on; a day comes late, another is judged away."""
    rules = DayRules(
        by_code={},
        verdict_bonus_points=0,
        misplaced_penalty_points=0,
        checking_window_s=48 * 3600,
        streak_days=3,
        streak_bonus_points=4,
    )
    make_programme_of(rules=rules, holds_from=TODAY - dt.timedelta(days=30), food_points=10)
    bags = {}

    def streaks(*days_ago: int) -> list[int]:
        for each in days_ago:
            bags[each] = make_drop_off(
                smart_bin=bin_07,
                household=zhang,
                occurred_at=at(on=TODAY - dt.timedelta(days=each)),
                is_tallied=False,
            )
        drain(now=NOON)
        assert verify_ledger().faults == []
        return list(DaySettlement.objects.order_by("occurred_on").values_list("streak_points", flat=True))

    assert streaks(6, 5, 3, 2, 0) == [0, 0, 0, 0, 0]
    assert streaks(4) == [0, 0, 4, 4, 4, 0]
    make_verification(drop_off=bags[5], guide=chen, verdict=Verdict.CONTAMINATED, is_tallied=False)
    assert streaks() == [0, 0, 0, 0, 4, 0]
    make_verification(drop_off=bags[5], guide=chen, verdict=Verdict.CORRECT, is_tallied=False)
    assert streaks(1) == [0, 0, 4, 4, 4, 4, 4]


@pytest.mark.django_db
def test_a_streak_that_is_gone_is_a_shortfall_and_made_good_first(
    zhang: Household, bin_07: SmartBin, chen: User
) -> None:
    rules = DayRules(
        by_code={},
        verdict_bonus_points=0,
        misplaced_penalty_points=0,
        checking_window_s=48 * 3600,
        streak_days=2,
        streak_bonus_points=4,
    )
    make_programme_of(rules=rules, holds_from=TODAY - dt.timedelta(days=30), food_points=10)
    first, _second = (
        make_drop_off(
            smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY - dt.timedelta(days=each)), is_tallied=False
        )
        for each in (1, 0)
    )
    drain(now=NOON)
    later = NOON + dt.timedelta(hours=49)
    release_due(now=later)
    lose_all(zhang, now=later)
    make_verification(drop_off=first, guide=chen, verdict=Verdict.CONTAMINATED, is_tallied=False)
    drain(now=later)
    assert list(
        DaySettlement.objects.order_by("occurred_on").values_list("streak_points", "release_shortfall_points")
    ) == [(0, 10), (0, 4)]
    assert verify_ledger().faults == []
    make_verification(drop_off=first, guide=chen, verdict=Verdict.WITHDRAWN, is_tallied=False)
    drain(now=later)
    assert list(
        DaySettlement.objects.order_by("occurred_on").values_list("streak_points", "release_shortfall_points")
    ) == [(0, 0), (4, 0)]
    assert verify_ledger().faults == []


def lose_all(household: Household, *, now: dt.datetime) -> None:
    """Every available point ends."""
    available = Account.objects.get(household=household, kind=AccountKind.AVAILABLE)
    line = Line(
        household_id=household.pk,
        debit=AccountKind.AVAILABLE,
        credit=AccountKind.EXPIRED,
        points=available.balance_points or 0,
        reason=Reason.EXPIRE,
        reference="expire/all",
    )
    post(lines=[line], kind=RunKind.POST, now=now)
