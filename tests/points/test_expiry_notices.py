"""What ends with the year is announced 30 days ahead, once a household and year."""

import datetime as dt

import pytest

from households.models import Household, Notice
from points.expiry import announce_expiry
from points.release import release_due
from sorting.models import SmartBin
from tests.builders import at, make_drop_off
from worker.tally import drain

pytestmark = pytest.mark.django_db


@pytest.fixture
def zhang_of_two_years(zhang: Household, bin_07: SmartBin) -> Household:
    """Zhang holds ten points of 2026 and ten of 2027."""
    for on in (dt.date(2026, 11, 23), dt.date(2027, 3, 1)):
        make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=on), is_tallied=False)
        drain(now=at(on=on))
        release_due(now=at(on=on) + dt.timedelta(days=3))
    return zhang


def test_zhang_is_told_once_what_ends_this_year(zhang_of_two_years: Household, li: Household) -> None:
    assert announce_expiry(now=at(on=dt.date(2027, 11, 30), hour=23)) == 0
    assert announce_expiry(now=at(on=dt.date(2027, 12, 1), hour=0)) == 1
    assert announce_expiry(now=at(on=dt.date(2027, 12, 2))) == 0
    notice = Notice.objects.get()
    assert notice.household == zhang_of_two_years
    assert notice.text == "您家有 10 分将在2027年12月31日到期,请在这天之前兑换。到期的积分不能恢复。"
    assert announce_expiry(now=at(on=dt.date(2028, 12, 1))) == 1


def test_nobody_is_told_in_the_year_of_the_award(zhang_of_two_years: Household) -> None:
    assert announce_expiry(now=at(on=dt.date(2026, 12, 24))) == 0


def test_a_household_that_has_left_is_not_told(zhang_of_two_years: Household) -> None:
    Household.objects.update(left_on=dt.date(2027, 6, 1))
    assert announce_expiry(now=at(on=dt.date(2027, 12, 1))) == 0
