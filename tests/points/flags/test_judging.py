"""What an upheld flag takes: one correction at a time, proposed by one officer and approved by another."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from households.models import Household
from people.models import User
from points.audit import verify_ledger
from points.models import CorrectionState, Flag, FlagKind, FlagState, PointCorrection, Transfer
from points.services.corrections import CorrectionImpossible, decide_correction, propose_correction
from points.services.flags import (
    FlagCorrected,
    FlagOfOneself,
    FlagReasonMissing,
    NothingToTake,
    decide_flag,
    propose_correction_of_flag,
)
from tests.conftest import TODAY
from tests.worker.test_retry_faults import elsewhere
from tests.worker.test_tally import balances


@pytest.fixture
def flag(zhang: Household, now: dt.datetime) -> Flag:
    """The Zhang household brought one bag as seven."""
    return make_flag(household=zhang, now=now)


def make_flag(*, household: Household | None, now: dt.datetime, occasion: str = "2026-W48") -> Flag:
    """A flag of 东湖花园 about a household, or about nobody."""
    return Flag.objects.create(
        kind=FlagKind.SPLITTING,
        subject="household/17/FOOD",
        occasion=occasion,
        community=Household.objects.earliest("pk").community,
        household=household,
        starts_on=TODAY,
        ends_on=TODAY,
        figures={"bag_count": 7},
        opened_at=now,
        last_seen_at=now,
    )


def uphold(*, flag: Flag, officer: User, now: dt.datetime, points: int = 0) -> PointCorrection | None:
    """Judge that it is so."""
    return decide_flag(
        flag=flag, is_confirmed=True, reason="同一袋分七次", points_taken=points, officer=officer, now=now
    )


def give(*, household: Household, points: int, by: tuple[User, User], now: dt.datetime) -> None:
    """Points that somebody may take again."""
    proposed = propose_correction(household=household, points=points, reason="补记", officer=by[0], now=now)
    decide_correction(correction=proposed, is_approved=True, officer=by[1], now=now)


@pytest.mark.django_db
def test_zhangs_flag_names_the_correction_that_qian_approves(
    flag: Flag, zhang: Household, zhao: User, qian: User, now: dt.datetime
) -> None:
    give(household=zhang, points=100, by=(zhao, qian), now=now)
    proposed = uphold(flag=flag, officer=zhao, now=now, points=60)
    flag.refresh_from_db()
    assert proposed is not None
    assert (flag.correction, proposed.flag) == (proposed, flag)
    assert (proposed.household, proposed.points, balances(zhang)) == (zhang, -60, (0, 100))
    assert proposed.reason == f"拆分投放(线索第 {flag.pk} 号):同一袋分七次"
    decide_correction(correction=proposed, is_approved=True, officer=qian, now=now)
    flag.refresh_from_db()
    assert flag.correction is not None
    assert (flag.correction.state, flag.correction.moved_points) == (CorrectionState.APPROVED, -60)
    assert balances(zhang) == (0, 40)
    assert verify_ledger().faults == []


@pytest.mark.django_db
def test_a_flag_upheld_without_points_may_take_some_later_and_only_once(
    flag: Flag, zhao: User, qian: User, now: dt.datetime
) -> None:
    assert uphold(flag=flag, officer=zhao, now=now) is None
    proposed = propose_correction_of_flag(flag=flag, points_taken=20, reason="分七次", officer=qian, now=now)
    for officer in (zhao, qian):
        with pytest.raises(FlagCorrected):
            propose_correction_of_flag(flag=flag, points_taken=20, reason="再扣", officer=officer, now=now)
    decide_correction(correction=proposed, is_approved=True, officer=zhao, now=now)
    with pytest.raises(FlagCorrected):
        propose_correction_of_flag(flag=flag, points_taken=20, reason="再扣", officer=qian, now=now)
    assert PointCorrection.objects.get() == proposed


@pytest.mark.django_db
def test_after_a_refusal_less_may_be_proposed(flag: Flag, zhao: User, qian: User, now: dt.datetime) -> None:
    refused = uphold(flag=flag, officer=zhao, now=now, points=600)
    assert refused is not None
    decide_correction(correction=refused, is_approved=False, note="多了一个零", officer=qian, now=now)
    again = propose_correction_of_flag(flag=flag, points_taken=60, reason="分七次", officer=zhao, now=now)
    flag.refresh_from_db()
    assert (flag.correction, again.points) == (again, -60)
    assert not Transfer.objects.exists()


@pytest.mark.django_db
def test_nothing_is_taken_for_a_flag_that_is_open_dismissed_or_nobodys(
    flag: Flag, zhang: Household, zhao: User, now: dt.datetime
) -> None:
    nobodys = make_flag(household=None, now=now, occasion="2026-W47")
    uphold(flag=nobodys, officer=zhao, now=now)
    dismissed = make_flag(household=zhang, now=now, occasion="2026-W46")
    decide_flag(flag=dismissed, is_confirmed=False, reason="误会", points_taken=0, officer=zhao, now=now)
    for each in (flag, nobodys, dismissed):
        with pytest.raises(NothingToTake):
            propose_correction_of_flag(flag=each, points_taken=60, reason="分七次", officer=zhao, now=now)
    assert not PointCorrection.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("points", "reason", "error"),
    [
        (0, "分七次", NothingToTake),
        (-5, "分七次", NothingToTake),
        (10_001, "分七次", CorrectionImpossible),
        (60, " ", FlagReasonMissing),
    ],
)
def test_no_points_too_many_or_no_reason_proposes_nothing(
    flag: Flag, zhao: User, now: dt.datetime, points: int, reason: str, error: type[Exception]
) -> None:
    uphold(flag=flag, officer=zhao, now=now)
    with pytest.raises(error):
        propose_correction_of_flag(flag=flag, points_taken=points, reason=reason, officer=zhao, now=now)
    flag.refresh_from_db()
    assert (flag.correction, PointCorrection.objects.count()) == (None, 0)


@pytest.mark.django_db
def test_zhao_who_moved_in_with_zhang_takes_nothing_from_them(
    flag: Flag, zhang: Household, zhao: User, now: dt.datetime
) -> None:
    uphold(flag=flag, officer=zhao, now=now)
    zhang.members.create(user=zhao, joined_at=now)
    with pytest.raises(FlagOfOneself):
        propose_correction_of_flag(flag=flag, points_taken=60, reason="分七次", officer=zhao, now=now)


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"state": FlagState.DISMISSED}, {"household": None}])
def test_the_database_keeps_corrections_to_upheld_flags_of_a_household(
    flag: Flag, zhao: User, now: dt.datetime, change: dict[str, object]
) -> None:
    uphold(flag=flag, officer=zhao, now=now, points=60)
    with pytest.raises(IntegrityError, match="flag_corrected_when_upheld"), transaction.atomic():
        Flag.objects.filter(pk=flag.pk).update(**change)


@pytest.mark.django_db
def test_a_correction_of_li_on_zhangs_flag_is_named(
    flag: Flag, li: Household, zhao: User, qian: User, now: dt.datetime
) -> None:
    uphold(flag=flag, officer=zhao, now=now)
    of_li = propose_correction(household=li, points=-5, reason="补扣", officer=zhao, now=now)
    Flag.objects.filter(pk=flag.pk).update(correction=of_li)
    assert {(fault.kind, fault.row) for fault in verify_ledger().faults} == {
        ("flag_not_its_correction", f"flag {flag.pk}")
    }


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_officers_who_propose_at_once_propose_once(flag: Flag, zhao: User, qian: User, now: dt.datetime) -> None:
    uphold(flag=flag, officer=zhao, now=now)
    asked = {"flag": flag, "points_taken": 60, "reason": "分七次", "now": now}
    with elsewhere() as pool:
        with transaction.atomic():
            propose_correction_of_flag(**asked, officer=zhao)  # type: ignore[arg-type]
            other = pool.submit(propose_correction_of_flag, **asked, officer=qian)  # type: ignore[arg-type]
            with pytest.raises(TimeoutError):
                other.result(timeout=1)
        with pytest.raises(FlagCorrected):
            other.result(timeout=30)
    assert PointCorrection.objects.get().proposed_by == zhao
