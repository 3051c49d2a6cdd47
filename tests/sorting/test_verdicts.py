"""Verdicts: one at a time of a drop-off, sent once, in force after a minute, never of the own household."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from households.models import Household, Member
from people.models import User
from points.audit import verify_ledger
from points.models import Account
from sorting.models import BatchKind, DropOff, DropOffBatch, SmartBin, Verdict, Verification, VerificationSource
from sorting.services.verdicts import (
    AlreadyJudged,
    NothingToWithdraw,
    OwnHousehold,
    VerdictConflict,
    VerdictInvalid,
    verify_drop_off,
    withdraw_verdict,
)
from tests.builders import at, make_attribution, make_drop_off
from tests.conftest import TODAY
from worker.tally import drain

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def zhangs_bag(zhang: Household, bin_07: SmartBin, now: dt.datetime) -> DropOff:
    """Zhang's food waste of this morning, tallied: 10 points pending."""
    drop_off = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY), is_tallied=False)
    drain(now=now)
    return drop_off


def judge(drop_off: DropOff, guide: User, now: dt.datetime, verdict: str = "CORRECT", **others: Any) -> Verification:
    """The guide's verdict, sent with the id "tap-1" where no other is given."""
    facts = {"client_id": "tap-1", "source": VerificationSource.FREE} | others
    return verify_drop_off(drop_off=drop_off, guide=guide, now=now, verdict=verdict, **facts)


def balances(household: Household) -> tuple[int, int]:
    """(pending, available) points."""
    found = dict(Account.objects.filter(household=household).values_list("kind", "balance_points"))
    return found["PENDING"] or 0, found["AVAILABLE"] or 0


def test_a_correct_verdict_frees_zhangs_points_when_its_minute_is_over(
    zhang: Household, zhangs_bag: DropOff, chen: User, now: dt.datetime
) -> None:
    judged = judge(zhangs_bag, chen, now)
    assert (judged.verified_at, judged.in_force_at) == (now, now + MINUTE)
    drain(now=now + MINUTE - dt.timedelta(seconds=1))
    assert balances(zhang) == (10, 0)
    drain(now=now + MINUTE)
    assert balances(zhang) == (0, 15)
    assert verify_ledger().faults == []


@pytest.mark.parametrize(("verdict", "actual"), [("CONTAMINATED", ""), ("MISPLACED", "RESIDUAL")])
def test_a_wrong_bag_is_taken_out_of_zhangs_day(
    verdict: str, actual: str, zhang: Household, zhangs_bag: DropOff, chen: User, now: dt.datetime
) -> None:
    judged = judge(zhangs_bag, chen, now, verdict=verdict, actual_category=actual, note=" 有塑料袋 ")
    assert (judged.actual_category, judged.note, judged.rule) == (actual, "有塑料袋", "GB/T 19095-2019")
    drain(now=now + MINUTE)
    assert balances(zhang) == (0, 0)


def test_a_verdict_taken_back_within_its_minute_moves_no_point(
    zhang: Household, zhangs_bag: DropOff, chen: User, now: dt.datetime
) -> None:
    judged = judge(zhangs_bag, chen, now, verdict="CONTAMINATED")
    withdraw_verdict(verification=judged, by=chen, now=now + MINUTE / 2, client_id="undo-1")
    for seconds in (31, 60, 120):
        drain(now=now + dt.timedelta(seconds=seconds))
        assert balances(zhang) == (10, 0)
    assert not DropOffBatch.objects.filter(tallied_at=None).exists()


def test_thinking_again_within_the_minute_never_lets_the_first_verdict_count(
    zhang: Household, zhangs_bag: DropOff, chen: User, now: dt.datetime
) -> None:
    judge(zhangs_bag, chen, now, verdict="CONTAMINATED")
    judge(zhangs_bag, chen, now + MINUTE / 2, verdict="CORRECT", client_id="tap-2")
    drain(now=now + MINUTE)
    assert balances(zhang) == (10, 0), "the first verdict was in force for half a minute"
    drain(now=now + MINUTE * 2)
    assert balances(zhang) == (0, 15)
    said = list(Verification.objects.order_by("pk").values_list("verdict", flat=True))
    assert said == [Verdict.CONTAMINATED, Verdict.WITHDRAWN, Verdict.CORRECT]


def test_an_appeal_withdraws_a_verdict_that_is_long_in_force(
    zhang: Household, zhangs_bag: DropOff, chen: User, zhao: User, now: dt.datetime
) -> None:
    judged = judge(zhangs_bag, chen, now, verdict="CONTAMINATED")
    drain(now=now + MINUTE)
    later = now + dt.timedelta(days=3)
    withdraw_verdict(verification=judged, by=zhao, now=later, client_id="appeal-1", note="照片看不出")
    drain(now=later)
    assert sum(balances(zhang)) == 10
    assert verify_ledger().faults == []


def test_the_same_verdict_sent_three_times_counts_once_and_another_with_its_id_is_a_conflict(
    zhangs_bag: DropOff, zhang: Household, bin_07: SmartBin, chen: User, now: dt.datetime
) -> None:
    first = judge(zhangs_bag, chen, now)
    assert judge(zhangs_bag, chen, now + MINUTE * 5).pk == first.pk
    assert judge(zhangs_bag, chen, now + MINUTE * 9, source=VerificationSource.SUGGESTED).pk == first.pk
    other = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY, hour=9))
    for drop_off, verdict in ((zhangs_bag, "CONTAMINATED"), (other, "CORRECT")):
        with pytest.raises(VerdictConflict):
            judge(drop_off, chen, now, verdict=verdict)
    assert Verification.objects.count() == DropOffBatch.objects.filter(kind=BatchKind.VERIFICATIONS).count() == 1


def test_an_undo_sent_twice_is_one_undo(zhangs_bag: DropOff, chen: User, now: dt.datetime) -> None:
    judged = judge(zhangs_bag, chen, now)
    undone = withdraw_verdict(verification=judged, by=chen, now=now, client_id="undo-1")
    assert withdraw_verdict(verification=judged, by=chen, now=now, client_id="undo-1").pk == undone.pk
    with pytest.raises(NothingToWithdraw):
        withdraw_verdict(verification=judged, by=chen, now=now, client_id="undo-2")
    with pytest.raises(VerdictConflict):
        withdraw_verdict(verification=judged, by=chen, now=now, client_id="tap-1")


def test_a_second_guide_does_not_overrule_the_first(
    zhangs_bag: DropOff, chen: User, zhao: User, now: dt.datetime
) -> None:
    judge(zhangs_bag, chen, now, verdict="CONTAMINATED")
    with pytest.raises(AlreadyJudged) as refusal:
        judge(zhangs_bag, zhao, now)
    assert refusal.value.fields == {"verdict": "CONTAMINATED"}
    with pytest.raises(AlreadyJudged):
        judge(zhangs_bag, chen, now + MINUTE, client_id="tap-2")


def test_a_guide_does_not_judge_the_own_household(
    zhangs_bag: DropOff, zhang: Household, li: Household, bin_07: SmartBin, chen: User, now: dt.datetime
) -> None:
    member = Member.objects.create(household=zhang, user=chen, joined_at=now - dt.timedelta(days=90))
    with pytest.raises(OwnHousehold):
        judge(zhangs_bag, chen, now)
    member.left_at = zhangs_bag.occurred_at + MINUTE
    member.save()
    with pytest.raises(OwnHousehold):
        judge(zhangs_bag, chen, now)
    unread = make_drop_off(smart_bin=bin_07, occurred_at=at(on=TODAY, hour=7))
    make_attribution(drop_off=unread, household=zhang)
    with pytest.raises(OwnHousehold):
        judge(unread, chen, now)
    assert judge(make_drop_off(smart_bin=bin_07, household=li, occurred_at=now), chen, now).pk


def test_a_bag_without_a_household_can_be_judged_too(bin_07: SmartBin, chen: User, now: dt.datetime) -> None:
    unread = make_drop_off(smart_bin=bin_07, occurred_at=now, is_tallied=False)
    judge(unread, chen, now, verdict="CONTAMINATED")
    drain(now=now + MINUTE)
    assert verify_ledger().faults == []


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"verdict": "FINE"}, "verdict"),
        ({"verdict": "WITHDRAWN"}, "verdict"),
        ({"verdict": "MISPLACED"}, "actual_category"),
        ({"verdict": "MISPLACED", "actual_category": "FOOD"}, "actual_category"),
        ({"verdict": "CORRECT", "actual_category": "RESIDUAL"}, "actual_category"),
        ({"client_id": ""}, "client_id"),
        ({"client_id": "x" * 65}, "client_id"),
        ({"client_id": "a\nb"}, "client_id"),
        ({"note": "长" * 201}, "note"),
    ],
)
def test_a_verdict_that_says_too_little_or_too_much_is_not_recorded(
    facts: dict[str, str], field: str, zhangs_bag: DropOff, chen: User, now: dt.datetime
) -> None:
    with pytest.raises(VerdictInvalid) as refusal:
        judge(zhangs_bag, chen, now, **facts)
    assert set(refusal.value.fields) == {field}
    assert not Verification.objects.exists()


def test_a_phone_whose_clock_runs_ahead_judges_now(zhangs_bag: DropOff, chen: User, now: dt.datetime) -> None:
    assert judge(zhangs_bag, chen, now, verified_at=now + MINUTE).verified_at == now


def test_the_database_refuses_a_second_row_of_one_id_and_a_category_without_misplacement(
    zhangs_bag: DropOff, chen: User, now: dt.datetime
) -> None:
    row = judge(zhangs_bag, chen, now)
    row.pk = None
    with pytest.raises(IntegrityError, match=r"client_id|verification_sent_once"), transaction.atomic():
        row.save(force_insert=True)
    row.client_id, row.actual_category = "tap-2", "RESIDUAL"
    with pytest.raises(IntegrityError, match="verification_actual_of_misplaced"), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_phones_that_send_at_once_leave_one_verdict(
    zhangs_bag: DropOff, chen: User, zhao: User, now: dt.datetime
) -> None:
    """Four send Chen's tap, four another guide's: one row, and whoever came second hears of it."""

    def send(number: int) -> str:
        try:
            return judge(zhangs_bag, (chen, zhao)[number % 2], now, client_id=f"tap-{number % 2}").verdict
        except AlreadyJudged as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(send, range(8)))
    assert answers == ["CORRECT"] * 4 + ["already_judged"] * 4
    assert Verification.objects.count() == 1
