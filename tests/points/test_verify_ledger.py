"""verify_ledger proves the ledger whole, or names every row that is not."""

import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from households.models import Card, Community, Household
from people.models import User
from points.audit import verify_ledger
from points.ledger import Line, post
from points.models import Account, AccountKind, DaySettlement, Reason, RunKind, TallyRun, Transfer
from points.release import release_due
from points.triggers import create_triggers, missing_triggers
from sorting.models import DropOff, SmartBin, Verdict
from tests.builders import at, make_drop_off, make_verification
from tests.conftest import TODAY, make_household
from tests.emptying import emptying_allowed
from worker.tally import drain

pytestmark = pytest.mark.django_db
YESTERDAY = TODAY - dt.timedelta(days=1)


@pytest.fixture
def a_days_work(zhang: Household, li: Household, bin_07: SmartBin, chen: User, now: dt.datetime) -> None:
    """Zhang and Li drop off for two days, one is judged MISPLACED, the older points are released."""
    for household in (zhang, li):
        for on in (YESTERDAY, TODAY):
            make_drop_off(smart_bin=bin_07, household=household, occurred_at=at(on=on), is_tallied=False)
    drain(now=now)
    release_due(now=now + dt.timedelta(hours=30))
    bad = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY, hour=7), is_tallied=False)
    make_verification(drop_off=bad, guide=chen, verdict=Verdict.MISPLACED, is_tallied=False)
    drain(now=now + dt.timedelta(hours=30))


def kinds() -> set[str]:
    """The kinds of fault that are found now."""
    return {fault.kind for fault in verify_ledger().faults}


def test_a_days_work_is_found_whole(a_days_work: None) -> None:
    report = verify_ledger()
    assert report.faults == []
    assert report.transfer_count == Transfer.objects.count() > 0
    assert report.household_count == 2


def test_the_command_prints_one_document(a_days_work: None) -> None:
    out = StringIO()
    call_command("verify_ledger", "--json", stdout=out)
    document = json.loads(out.getvalue())
    assert document["ok"] is True
    assert set(document) == {"ok", "transfers", "households", "faults"}


@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["points_transfer", "points_tallyrun"])
def test_the_database_refuses_to_change_what_was_posted(a_days_work: None, table: str, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    with emptying_allowed(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table) + " WHERE 1 = 0")  # goes through once the trigger is gone


@pytest.mark.parametrize("table", ["points_transfer", "points_tallyrun"])
def test_nor_is_what_was_posted_replaced_by_an_insert(a_days_work: None, table: str) -> None:
    insert = {
        "sqlite": f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
        "postgresql": f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET id = EXCLUDED.id",
    }[connection.vendor]
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(insert)


@pytest.mark.postgres
@pytest.mark.parametrize("table", ["points_transfer", "points_tallyrun"])
def test_postgresql_refuses_to_truncate_the_ledger(a_days_work: None, table: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_the_triggers_are_there_after_all_migrations(db: None) -> None:
    assert missing_triggers(connection=connection) == []


def test_a_missing_trigger_is_a_fault(a_days_work: None) -> None:
    with emptying_allowed():
        assert "trigger_missing" in kinds()


def test_a_transfer_edited_behind_the_platforms_back_is_named(a_days_work: None) -> None:
    edited = Transfer.objects.filter(reason=Reason.AWARD).earliest("pk")
    with emptying_allowed():
        Transfer.objects.filter(pk=edited.pk).update(points=edited.points + 1)
    faults = verify_ledger().faults
    assert f"transfer {edited.pk} {edited.reference}" in {
        fault.row for fault in faults if fault.kind == "transfer_altered"
    }
    assert {"balance_wrong", "day_not_its_transfers"} <= {fault.kind for fault in faults}


def test_a_transfer_edited_with_a_matching_digest_breaks_its_runs_seal(a_days_work: None) -> None:
    from points.audit.chain import row_digest

    edited = Transfer.objects.filter(reason=Reason.AWARD).earliest("pk")
    edited.reference += "x"
    with emptying_allowed():
        Transfer.objects.filter(pk=edited.pk).update(reference=edited.reference, digest=row_digest(transfer=edited))
    assert "run_altered" in kinds()


def test_a_deleted_transfer_and_a_deleted_run_are_found(a_days_work: None) -> None:
    with emptying_allowed():
        Transfer.objects.latest("pk").delete()
        assert {"run_altered", "balance_wrong"} <= kinds()
        TallyRun.objects.filter(number=1)._raw_delete("default")
        assert {"run_missing", "chain_broken", "transfer_orphan"} <= kinds()


def test_a_balance_edited_by_hand_is_found(a_days_work: None, zhang: Household) -> None:
    Account.objects.filter(household=zhang, kind=AccountKind.AVAILABLE).update(balance_points=999)
    assert {"balance_wrong", "identity_broken"} <= kinds()


def test_a_settlement_edited_by_hand_is_found(a_days_work: None, li: Household) -> None:
    DaySettlement.objects.filter(household=li, occurred_on=TODAY).update(awarded_points=500)
    assert {"day_not_its_facts", "day_not_its_transfers"} <= kinds()


def test_points_from_nowhere_are_found(a_days_work: None, zhang: Household, now: dt.datetime) -> None:
    line = Line(
        household_id=zhang.pk,
        debit=AccountKind.ISSUED,
        credit=AccountKind.PENDING,
        points=7,
        reason=Reason.AWARD,
        reference=f"day/{zhang.pk}/{TODAY}/99/AWARD",
    )
    post(lines=[line], kind=RunKind.POST, now=now)
    assert kinds() == {"day_not_its_transfers"}


def test_a_negative_balance_is_refused_by_the_database(a_days_work: None, zhang: Household) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Account.objects.filter(household=zhang, kind=AccountKind.AVAILABLE).update(balance_points=-1)


def test_triggers_can_be_made_twice(db: None) -> None:
    create_triggers(connection=connection)
    assert missing_triggers(connection=connection) == []


def test_a_drop_off_moved_to_a_household_that_does_not_exist_is_named(
    a_days_work: None, zhang: Household, li: Household, east_lake: Community, now: dt.datetime
) -> None:
    """Also where households with higher and lower numbers exist: the audit goes on and names the row."""
    nobody = make_household(community=east_lake, serial=9, code="411003000000093", room="109", rfid="A0000009")
    nobodys_id = nobody.pk
    make_household(community=east_lake, serial=10, code="411003000000107", room="110", rfid="A0000010")
    Card.objects.filter(household=nobody).delete()
    nobody.delete()
    moved = DropOff.objects.filter(household=li).earliest("pk")
    DropOff.objects.filter(pk=moved.pk).update(household=nobodys_id)
    DaySettlement.objects.filter(household=li, occurred_on=moved.occurred_on).update(household=nobodys_id)
    report = verify_ledger()
    assert f"drop-off {moved.pk}" in {fault.row for fault in report.faults if fault.kind == "drop_off_orphan"}
    assert {"settlement_orphan", "day_unsettled"} <= {fault.kind for fault in report.faults}


@pytest.mark.parametrize("reference", ["gift/1", "day/x", "day/{li}/2026-11-23/99/BONUS", "day/{zhang}/never/1/BONUS"])
def test_points_that_name_no_day_of_their_household_are_found(
    a_days_work: None, zhang: Household, li: Household, now: dt.datetime, reference: str
) -> None:
    line = Line(
        household_id=zhang.pk,
        debit=AccountKind.ISSUED,
        credit=AccountKind.AVAILABLE,
        points=7,
        reason=Reason.BONUS,
        reference=reference.format(zhang=zhang.pk, li=li.pk),
    )
    post(lines=[line], kind=RunKind.POST, now=now)
    assert kinds() == {"reference_wrong"}


def test_the_last_run_cut_off_with_its_transfers_is_found(a_days_work: None) -> None:
    """Nothing comes after it in the chain; the batches that it tallied still name it."""
    last = TallyRun.objects.latest("number")
    with emptying_allowed():
        Transfer.objects.filter(run=last).delete()
        last.delete()
        assert "batch_run_missing" in kinds()
