"""`release --now T` and `expire --now T`, and the calendar of a point's life."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from households.models import Household
from points.audit import verify_ledger
from points.expiry import expire_due
from points.ledger import DuplicateReference, InsufficientPoints, Line, post
from points.models import AccountKind, Reason, RunKind, TallyRun, Transfer
from sorting.models import SmartBin
from tests.builders import at, make_drop_off
from tests.conftest import TODAY
from tests.worker.test_tally import balances
from worker.tally import drain

pytestmark = pytest.mark.django_db


@pytest.fixture
def zhang_with_ten(zhang: Household, bin_07: SmartBin, now: dt.datetime) -> Household:
    """Zhang holds ten available points, awarded on 23 November 2026."""
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY), is_tallied=False)
    drain(now=now)
    call_command("release", "--now", "2026-11-26", stdout=StringIO())
    return zhang


def redeem(household: Household, *, points: int, reference: str, now: dt.datetime) -> None:
    """Spend points, as a redemption will."""
    line = Line(
        household_id=household.pk,
        debit=AccountKind.AVAILABLE,
        credit=AccountKind.REDEEMED,
        points=points,
        reason=Reason.REDEEM,
        reference=reference,
    )
    post(lines=[line], kind=RunKind.POST, now=now)


def test_release_takes_the_clock_that_it_is_given(zhang: Household, bin_07: SmartBin, now: dt.datetime) -> None:
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY), is_tallied=False)
    drain(now=now)
    call_command("release", "--now", "2026-11-25T07:59:00", stdout=StringIO())
    assert balances(zhang) == (10, 0)
    call_command("release", "--now", "2026-11-25T08:00:02+08:00", stdout=StringIO())
    assert balances(zhang) == (0, 10)


def test_a_time_that_is_none_is_wrong_usage(db: None) -> None:
    with pytest.raises(CommandError, match="ISO 8601"):
        call_command("release", "--now", "tomorrow")


@pytest.mark.parametrize(
    ("when", "expected"), [("2027-12-31T23:59:59", (0, 10)), ("2028-01-01T00:00:00", (0, 0)), ("2029-06-01", (0, 0))]
)
def test_points_end_with_the_year_after_they_were_awarded(
    zhang_with_ten: Household, when: str, expected: tuple[int, int]
) -> None:
    call_command("expire", "--now", when, stdout=StringIO())
    assert balances(zhang_with_ten) == expected
    assert verify_ledger().faults == []


def test_expiry_is_safe_to_repeat_and_takes_the_oldest_first(
    zhang_with_ten: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    next_year = at(on=dt.date(2027, 3, 1))
    make_drop_off(smart_bin=bin_07, household=zhang_with_ten, occurred_at=next_year, is_tallied=False)
    drain(now=next_year + dt.timedelta(days=3))
    redeem(zhang_with_ten, points=4, reference="redeem/1", now=next_year)
    assert balances(zhang_with_ten) == (0, 16)
    new_year = at(on=dt.date(2028, 1, 1), hour=1)
    # Of the ten points of 2026 four were spent: six expire, the ten of 2027 stay.
    assert [expire_due(now=new_year), expire_due(now=new_year)] == [6, 0]
    assert balances(zhang_with_ten) == (0, 10)
    assert expire_due(now=at(on=dt.date(2029, 1, 1), hour=1)) == 10


def test_nobody_spends_more_than_is_there(zhang_with_ten: Household, now: dt.datetime) -> None:
    runs = TallyRun.objects.count()
    with pytest.raises(InsufficientPoints):
        redeem(zhang_with_ten, points=11, reference="redeem/1", now=now)
    assert balances(zhang_with_ten) == (0, 10)
    assert TallyRun.objects.count() == runs


def test_one_reference_is_posted_once(zhang_with_ten: Household, now: dt.datetime) -> None:
    redeem(zhang_with_ten, points=1, reference="redeem/1", now=now)
    with pytest.raises(DuplicateReference):
        redeem(zhang_with_ten, points=1, reference="redeem/1", now=now)
    assert balances(zhang_with_ten) == (0, 9)
    assert Transfer.objects.filter(reason=Reason.REDEEM).count() == 1
