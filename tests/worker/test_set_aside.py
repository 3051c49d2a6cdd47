"""A poison row is set aside with its error, the rest go on, and it gets through once its cause is mended."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection, transaction

from households.models import Household
from indicators.models import CommunityDay
from points import ledger
from points.audit import verify_ledger
from points.models import PointRule
from sorting.models import DropOff, DropOffBatch, SetAside, SmartBin, TallyAttempt
from tests.builders import at, make_batch, make_drop_off
from tests.conftest import TODAY
from tests.emptying import emptying_allowed
from tests.worker.test_retry_faults import elsewhere
from tests.worker.test_tally import balances
from worker import attempts, poison
from worker import transaction as worker_transaction
from worker.retry import retry_faults
from worker.tally import drain
from worker.transaction import Fate

NOBODYS_ID = 987_654
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def a_batch_with_poison(zhang: Household, li: Household, bin_07: SmartBin, now: dt.datetime) -> DropOff:
    """One batch: Zhang, Li, and between them a row of a household that does not exist."""
    batch = make_batch(community=bin_07.point.community, smart_bin=bin_07, received_at=at(on=TODAY), is_tallied=False)
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY), batch=batch)
    poison = make_drop_off(smart_bin=bin_07, occurred_at=at(on=TODAY), batch=batch)
    DropOff.objects.filter(pk=poison.pk).update(household_id=NOBODYS_ID)
    make_drop_off(smart_bin=bin_07, household=li, occurred_at=at(on=TODAY), batch=batch)
    return poison


def test_the_poison_row_is_set_aside_and_the_others_are_paid(
    a_batch_with_poison: DropOff, zhang: Household, li: Household, now: dt.datetime
) -> None:
    assert drain(now=now).fate is Fate.SET_ASIDE
    assert [row.drop_off_id for row in SetAside.objects.all()] == [a_batch_with_poison.pk]
    assert SetAside.objects.get().error
    assert (balances(zhang), balances(li)) == ((10, 0), (10, 0))
    assert CommunityDay.objects.get().drop_off_count == 2
    assert not DropOffBatch.objects.filter(tallied_at=None).exists()


def test_it_gets_through_once_its_cause_is_mended(
    a_batch_with_poison: DropOff, zhang: Household, now: dt.datetime
) -> None:
    drain(now=now)
    assert retry_faults(now=now) == (0, 1)
    DropOff.objects.filter(pk=a_batch_with_poison.pk).update(household_id=zhang.pk)
    assert retry_faults(now=now) == (1, 0)
    assert balances(zhang) == (20, 0)
    assert CommunityDay.objects.get().drop_off_count == 3
    assert verify_ledger().faults == []
    assert retry_faults(now=now) == (0, 0)


def test_the_command_says_so_and_exits_with_one(a_batch_with_poison: DropOff, now: dt.datetime) -> None:
    err = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("tally", stdout=StringIO(), stderr=err)
    assert left.value.code == 1
    assert "搁置" in err.getvalue()


def test_a_rule_that_overflows_sets_aside_what_it_rates_and_nothing_else(
    zhang: Household, li: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    with emptying_allowed():
        PointRule.objects.filter(category="RECYCLABLE").update(
            points=2_000_000_000, points_outside=0, points_a_day_max=None
        )
    batch = make_batch(community=bin_07.point.community, smart_bin=bin_07, received_at=at(on=TODAY), is_tallied=False)
    for household, category in ((zhang, "RECYCLABLE"), (li, "FOOD")):
        make_drop_off(
            smart_bin=bin_07,
            household=household,
            occurred_at=at(on=TODAY),
            category=category,
            weight_g=50_000,
            batch=batch,
        )
    drain(now=now)
    if connection.vendor == "postgresql":  # SQLite's integers have room for it
        assert balances(zhang) == (0, 0)
        assert SetAside.objects.count() == 1
    assert balances(li) == (10, 0)


def test_a_batch_that_keeps_killing_its_worker_is_tried_alone_and_then_set_aside(
    zhang: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    killer = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY), is_tallied=False).batch
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY, hour=7), is_tallied=False)

    def claim() -> list[int]:
        with transaction.atomic():
            begun = attempts.begin(now=now, rows_max=100, lock=lambda **_: True)
        return begun.batch_ids if begun else []

    for _ in range(attempts.ATTEMPTS_BEFORE_ALONE):
        assert len(claim()) == 2  # and the worker dies
    for _ in range(attempts.ATTEMPTS_ALONE_MAX):
        assert claim() == [killer.pk]
    drain(now=now)
    assert TallyAttempt.objects.get().is_set_aside
    assert balances(zhang) == (10, 0)
    assert retry_faults(now=now) == (1, 0)
    assert balances(zhang) == (20, 0)


def test_a_day_without_a_programme_is_set_aside_and_stops_nobody_else(
    zhang: Household, li: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    """The error is Python's, not the database's: 1850 is older than the oldest programme."""
    too_old = make_drop_off(
        smart_bin=bin_07, household=zhang, occurred_at=dt.datetime(1850, 5, 1, 8, tzinfo=dt.UTC), is_tallied=False
    )
    make_drop_off(smart_bin=bin_07, household=li, occurred_at=at(on=TODAY), is_tallied=False)
    assert drain(now=now).fate is Fate.SET_ASIDE
    aside = TallyAttempt.objects.get()
    assert (aside.batch_id, aside.is_set_aside) == (too_old.batch_id, True)
    assert "no programme" in aside.error
    assert balances(li) == (10, 0)


@pytest.mark.parametrize("trouble", ["another worker has the community", "another worker has tallied the batch"])
def test_nothing_is_set_aside_that_is_in_other_hands(
    a_batch_with_poison: DropOff, now: dt.datetime, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The failure is known, the rows that cause it are not: without the community a trial tells nothing."""
    batch = a_batch_with_poison.batch
    if trouble == "another worker has tallied the batch":
        DropOffBatch.objects.filter(pk=batch.pk).update(tallied_at=now)
    else:
        for module in (poison, worker_transaction):
            monkeypatch.setattr(module, "try_community_lock", lambda **_: False)
    claim = attempts.Claim(community_id=batch.community_id, batch_ids=[batch.pk])
    assert poison.isolate(claim=claim, error=DatabaseError("late"), now=now).fate is Fate.BUSY
    assert not SetAside.objects.exists()
    assert not TallyAttempt.objects.filter(is_set_aside=True).exists()


@pytest.mark.postgres
def test_a_lock_that_is_not_to_be_had_is_no_rows_fault(
    a_batch_with_poison: DropOff, zhang: Household, now: dt.datetime
) -> None:
    """A redemption holds Zhang's accounts while the poison is looked for."""
    ledger.open_accounts(household_ids=[zhang.pk])
    batch = a_batch_with_poison.batch
    claim = attempts.Claim(community_id=batch.community_id, batch_ids=[batch.pk])
    with elsewhere() as pool, transaction.atomic():
        ledger.lock_accounts(household_ids=[zhang.pk])
        with pytest.raises(OperationalError):
            pool.submit(poison.isolate, claim=claim, error=DatabaseError("late"), now=now).result()
    assert not SetAside.objects.exists()
    assert drain(now=now).fate is Fate.SET_ASIDE
    assert [row.drop_off_id for row in SetAside.objects.all()] == [a_batch_with_poison.pk]
