"""Release: a day of which nothing is to be checked any longer is released whole; all others are settled from facts."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from households.models import Household
from people.models import User
from points import release
from points.audit import verify_ledger
from points.ledger import Line, post
from points.models import AccountKind, DaySettlement, Programme, Reason, RunKind, Transfer
from points.release import release_due
from sorting.models import DropOff, DropOffBatch, SmartBin, Verdict
from tests.builders import at, make_attribution, make_drop_off, make_verification
from tests.conftest import TODAY
from tests.worker.test_retry_faults import elsewhere
from tests.worker.test_tally import balances
from worker.tally import drain
from worker.transaction import tally_batches

pytestmark = pytest.mark.django_db
THURSDAY = at(on=TODAY + dt.timedelta(days=3), hour=7)  # what came on Monday is past checking, Tuesday evening is not


def drop_off(household: Household | None, *, smart_bin: SmartBin, received_at: dt.datetime, hour: int = 8) -> int:
    """A bag of food waste of Monday, received when it is said; its key."""
    made = make_drop_off(
        smart_bin=smart_bin, household=household, occurred_at=at(on=TODAY, hour=hour), card="X", is_tallied=False
    )
    DropOffBatch.objects.filter(pk=made.batch_id).update(received_at=received_at, due_at=received_at)
    return int(made.pk)


@pytest.fixture
def late(now: dt.datetime) -> dt.datetime:
    """Tuesday evening: 35 hours before the release."""
    return now + dt.timedelta(hours=32)


def spend(household: Household, *, points: int, now: dt.datetime) -> None:
    """Points are gone, as after a redemption."""
    sides = {"debit": AccountKind.AVAILABLE, "credit": AccountKind.REDEEMED}
    line = Line(household.pk, **sides, points=points, reason=Reason.REDEEM, reference="redemption/1/redeem")
    post(lines=[line], kind=RunKind.POST, now=now)


def facts_are_read(now: dt.datetime) -> bool:
    """Release; whether a day had to be settled from its facts."""
    with CaptureQueriesContext(connection) as queries:
        release_due(now=now)
    return any("INSERT INTO work_part" in query["sql"] for query in queries)


def test_old_days_are_released_whole_without_reading_their_facts(
    zhang: Household, li: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    for household in (zhang, li):
        for hour in (7, 8):
            drop_off(household, smart_bin=bin_07, received_at=now, hour=hour)
    drain(now=now)
    assert not facts_are_read(THURSDAY)
    assert balances(zhang) == balances(li) == (0, 20)
    posted = Transfer.objects.filter(reason="RELEASE").order_by("pk").values_list("reference", "points")
    assert list(posted) == [(f"day/{each.pk}/{TODAY}/2/RELEASE", 20) for each in (zhang, li)]
    day = DaySettlement.objects.filter(household=zhang).get()
    assert (day.next_release_at, day.settled_at, day.settlement_count) == (None, THURSDAY, 2)
    assert verify_ledger().faults == []


def test_of_a_day_with_a_newer_drop_off_only_the_older_one_is_released(
    zhang: Household, bin_07: SmartBin, now: dt.datetime, late: dt.datetime
) -> None:
    drop_off(zhang, smart_bin=bin_07, received_at=now)
    drop_off(zhang, smart_bin=bin_07, received_at=late, hour=9)
    drain(now=late)
    assert facts_are_read(THURSDAY)
    assert balances(zhang) == (10, 10)
    assert verify_ledger().faults == []


def test_so_it_is_with_one_that_was_attributed(
    zhang: Household, bin_07: SmartBin, now: dt.datetime, late: dt.datetime
) -> None:
    drop_off(zhang, smart_bin=bin_07, received_at=now)
    newer = drop_off(None, smart_bin=bin_07, received_at=late, hour=9)
    drain(now=late)
    make_attribution(drop_off=DropOff.objects.get(pk=newer), household=zhang, is_tallied=False)
    drain(now=late)
    release_due(now=THURSDAY)
    assert balances(zhang) == (10, 10)
    assert verify_ledger().faults == []


def test_what_could_not_be_taken_back_is_absorbed_before_more_is_released(
    zhang: Household, bin_07: SmartBin, chen: User, now: dt.datetime
) -> None:
    """Judged CORRECT, spent, judged CONTAMINATED, withdrawn: the ten that were not there are not paid twice."""
    drop_off_id = drop_off(zhang, smart_bin=bin_07, received_at=now)
    for verdict in (Verdict.CORRECT, Verdict.CONTAMINATED, Verdict.WITHDRAWN):
        make_verification(drop_off=DropOff.objects.get(pk=drop_off_id), guide=chen, verdict=verdict, is_tallied=False)
        drain(now=now)
        if verdict == Verdict.CORRECT:
            spend(zhang, points=15, now=now)
    assert DaySettlement.objects.get().release_shortfall_points == 10
    release_due(now=THURSDAY)
    assert balances(zhang) == (0, 0)
    assert DaySettlement.objects.get().release_shortfall_points == 0
    assert {fault.kind for fault in verify_ledger().faults} == {"redemption_missing"}


def test_a_long_checking_window_somewhere_leaves_the_days_to_their_facts(
    zhang: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    Programme.objects.create(name="很久以后", holds_from=dt.date(2030, 1, 1), checking_window_s=7 * 86_400)
    drop_off(zhang, smart_bin=bin_07, received_at=now)
    drain(now=now)
    assert facts_are_read(THURSDAY)
    assert balances(zhang) == (0, 10)


def test_many_households_are_released_in_ranges(
    zhang: Household,
    li: Household,
    wang: Household,
    bin_07: SmartBin,
    now: dt.datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(release, "DAYS_A_RUN", 2)
    monkeypatch.setattr(release, "DAYS_A_RUN_SQLITE", 2)
    for household in (zhang, li, wang):
        drop_off(household, smart_bin=bin_07, received_at=now)
    drain(now=now)
    assert release_due(now=THURSDAY) == 30
    assert release_due(now=THURSDAY) == 0
    assert [balances(household) for household in (zhang, li, wang)] == [(0, 10)] * 3
    assert verify_ledger().faults == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_release_that_waited_for_a_verdict_releases_nothing_of_what_that_took(
    zhang: Household, bin_07: SmartBin, chen: User, now: dt.datetime
) -> None:
    """Without the lock it would have read the ten points before the verdict was there."""
    drop_off_id = drop_off(zhang, smart_bin=bin_07, received_at=now)
    drain(now=now)
    bad = make_verification(
        drop_off=DropOff.objects.get(pk=drop_off_id), guide=chen, verdict=Verdict.CONTAMINATED, is_tallied=False
    )
    with elsewhere() as pool:
        with transaction.atomic():
            tally_batches(batch_ids=[bad.batch_id], community_id=bin_07.point.community_id, now=now)
            other = pool.submit(release_due, now=THURSDAY)
            with pytest.raises(TimeoutError):
                other.result(timeout=1)
        assert other.result(timeout=30) == 0
    assert balances(zhang) == (0, 0)
    assert verify_ledger().faults == []
