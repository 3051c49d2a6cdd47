"""A programme holds from a day on, for the district or for one community; a past day is never re-rated."""

import datetime as dt

import pytest

from households.models import Community, Household
from points.audit import verify_ledger
from points.models import DaySettlement, PointRule, Programme, RuleUnit
from sorting.models import SmartBin
from tests.builders import at, make_drop_off
from tests.conftest import TODAY
from tests.points.programmes import make_programme
from tests.worker.test_tally import balances
from worker.tally import drain

pytestmark = pytest.mark.django_db
YESTERDAY = TODAY - dt.timedelta(days=1)


def pay(*, food_points: int, holds_from: dt.date, community: Community | None = None) -> Programme:
    """Food only, `food_points` each, no limits, no bonus."""
    return make_programme(
        name=f"每次{food_points}分",
        community=community,
        holds_from=holds_from,
        checking_window_s=48 * 3600,
        rules=[PointRule(category="FOOD", unit=RuleUnit.DROP_OFF, points=food_points, points_outside=0)],
    )


def drop_off(household: Household, *, smart_bin: SmartBin, on: dt.date, hour: int = 8) -> None:
    """One bag of food waste inside the window, not yet tallied."""
    make_drop_off(smart_bin=smart_bin, household=household, occurred_at=at(on=on, hour=hour), is_tallied=False)


def test_a_late_drop_off_is_rated_by_the_programme_of_its_own_day(
    zhang: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    drop_off(zhang, smart_bin=bin_07, on=YESTERDAY)
    drain(now=now)
    pay(holds_from=TODAY, food_points=7)
    drop_off(zhang, smart_bin=bin_07, on=YESTERDAY, hour=7)
    drop_off(zhang, smart_bin=bin_07, on=TODAY)
    drain(now=now)
    assert balances(zhang) == (10 + 10 + 7, 0)
    assert verify_ledger().faults == []


def test_a_communitys_own_programme_goes_before_a_later_one_of_the_district(
    zhang: Household, wang: Household, bin_07: SmartBin, east_lake: Community, now: dt.datetime
) -> None:
    """The home counts, not the bin: Wang, of the other community, uses bin 07 too."""
    pay(holds_from=YESTERDAY, food_points=3, community=east_lake)
    pay(holds_from=TODAY, food_points=7)
    for household in (zhang, wang):
        drop_off(household, smart_bin=bin_07, on=TODAY)
        drop_off(household, smart_bin=bin_07, on=YESTERDAY)
    drain(now=now)
    assert balances(zhang) == (3 + 3, 0)
    assert balances(wang) == (7 + 10, 0)
    assert verify_ledger().faults == []


def test_each_of_zhangs_days_names_the_version_that_rated_it_and_another_name_is_found(
    zhang: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    seven = pay(holds_from=TODAY, food_points=7)
    for on in (YESTERDAY, TODAY):
        drop_off(zhang, smart_bin=bin_07, on=on)
    drain(now=now)
    days = DaySettlement.objects.order_by("occurred_on")
    assert list(days.values_list("programme__name", "awarded_points")) == [("默认积分方案", 10), ("每次7分", 7)]
    days.filter(occurred_on=YESTERDAY).update(programme=seven)
    assert [fault.kind for fault in verify_ledger().faults] == ["day_programme_wrong"]
