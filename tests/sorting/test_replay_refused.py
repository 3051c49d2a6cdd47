"""replay_refused: what was refused goes in once its cause is mended."""

import datetime as dt
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from households.models import Household
from people.models import User
from sorting.models import CollectionPoint, Door, DropOff, DropOffBatch, Fate, RefusedEvent, SmartBin
from sorting.services import ReplayOutcome, record_drop_offs, replay_refused
from sorting.services.replaying import Shift
from tests.sorting.test_import_drop_offs import GOOD, csv_file, run_import
from tests.sorting.test_racing import at_once
from tests.sorting.test_recording import event

pytestmark = pytest.mark.django_db


def replay(*options: str) -> tuple[int, dict[str, int]]:
    out = io.StringIO()
    try:
        call_command("replay_refused", "--json", *options, stdout=out, stderr=io.StringIO())
    except CommandError as error:
        return error.returncode, json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def test_rows_of_an_unknown_bin_go_in_once_the_bin_is_registered(
    bin_07: SmartBin, zhang: Household, tmp_path: Path, now: dt.datetime
) -> None:
    rows = [GOOD.replace("B-0007", "B-0042").replace("e-1", f"e-{number}") for number in range(3)]
    run_import(csv_file(tmp_path, *rows))
    assert replay() == (1, {"accepted": 0, "duplicate": 0, "refused": 3})
    SmartBin.objects.create(code="B-0042", point=CollectionPoint.objects.get(), categories="FOOD", registered_at=now)
    assert replay("--code", "weight_out_of_range") == (0, {"accepted": 0, "duplicate": 0, "refused": 0})
    assert replay() == (0, {"accepted": 3, "duplicate": 0, "refused": 0})
    assert DropOff.objects.filter(household=zhang, occurred_on=dt.date(2019, 3, 2)).count() == 3
    assert not DropOffBatch.objects.get().is_awarding
    assert RefusedEvent.objects.filter(replayed_at__isnull=False).count() == 3
    # They are out of the way: another replay finds nothing to do.
    assert replay() == (0, {"accepted": 0, "duplicate": 0, "refused": 0})


def test_an_event_of_a_bin_earns_points_when_it_is_replayed(
    bin_07: SmartBin, zhang: Household, now: dt.datetime
) -> None:
    record_drop_offs(smart_bin=bin_07, events=[event(weight_g=0)], door=Door.HTTP, received_at=now)
    kept = RefusedEvent.objects.get()
    # The cause is mended: here the scale's reading itself, in the kept payload.
    kept.payload["weight_g"] = 800
    kept.save()
    later = now + dt.timedelta(days=60)
    assert replay_refused(refused=[RefusedEvent.objects.get()], now=later).accepted == 1
    assert (DropOffBatch.objects.last().is_awarding, DropOffBatch.objects.last().received_at) == (True, later)  # type: ignore[union-attr]
    assert RefusedEvent.objects.get().replayed_at == later


@pytest.mark.parametrize("occurred_at", ["2026-11-23T12:10:01+08:00", "2026-10-09T11:59:59+08:00"])
def test_time_alone_mends_no_clock(bin_07: SmartBin, now: dt.datetime, occurred_at: str) -> None:
    record_drop_offs(smart_bin=bin_07, events=[event(occurred_at=occurred_at)], door=Door.HTTP, received_at=now)
    outcome = replay_refused(refused=RefusedEvent.objects.all(), now=now + dt.timedelta(days=1))
    assert (outcome.accepted, outcome.refused) == (0, 1)
    assert RefusedEvent.objects.get().replayed_at is None


HOURS_AHEAD_S = 3 * 3600


def refuse_as_in_the_future(bin_07: SmartBin, now: dt.datetime, event_id: str = "e-1", boot_id: str = "7f3a") -> None:
    """Bin 07's clock is three hours ahead: what was dropped off at noon says three o'clock."""
    ahead = (now + dt.timedelta(seconds=HOURS_AHEAD_S)).isoformat()
    events = [event(event_id, occurred_at=ahead)]
    batch = record_drop_offs(smart_bin=bin_07, events=events, door=Door.HTTP, received_at=now, boot_id=boot_id)
    assert batch.results[0].code == "occurred_in_future"


def test_an_officer_states_the_shift_of_a_wrong_clock_and_stands_on_record_for_it(
    bin_07: SmartBin, zhang: Household, zhao: User, now: dt.datetime
) -> None:
    refuse_as_in_the_future(bin_07, now)
    options = ("--bin", "B-0007", "--code", "occurred_in_future", "--by", "zhao")
    assert replay(*options, f"--shift={-HOURS_AHEAD_S}") == (0, {"accepted": 1, "duplicate": 0, "refused": 0})
    drop_off = DropOff.objects.get()
    assert (drop_off.occurred_at, drop_off.household, drop_off.batch.boot_id) == (now, zhang, "7f3a")
    kept = RefusedEvent.objects.get()
    assert (kept.replay_shift_s, kept.replayed_by) == (-HOURS_AHEAD_S, zhao)
    # What was sent stays as it was sent.
    assert kept.payload["occurred_at"] == (now + dt.timedelta(seconds=HOURS_AHEAD_S)).isoformat()


def test_another_shift_changes_nothing_of_what_was_replayed(bin_07: SmartBin, zhao: User, now: dt.datetime) -> None:
    refuse_as_in_the_future(bin_07, now)
    row = RefusedEvent.objects.get()  # as two officers have it on their screens
    for seconds in (-HOURS_AHEAD_S, -7_200):
        replay_refused(refused=[row], now=now, shift=Shift(seconds=seconds, officer=zhao))
    assert DropOff.objects.get().occurred_at == now
    assert RefusedEvent.objects.get().replay_shift_s == -HOURS_AHEAD_S


def test_a_shift_that_is_too_small_leaves_the_event_where_it_was(
    bin_07: SmartBin, zhao: User, now: dt.datetime
) -> None:
    refuse_as_in_the_future(bin_07, now)
    outcome = replay_refused(refused=RefusedEvent.objects.all(), now=now, shift=Shift(seconds=-60, officer=zhao))
    assert (outcome.accepted, outcome.refused, DropOff.objects.count()) == (0, 1, 0)
    # Nor is it kept a second time with its moment moved: the right shift finds it as it was sent.
    kept = RefusedEvent.objects.get()
    assert kept.payload["occurred_at"] == (now + dt.timedelta(seconds=HOURS_AHEAD_S)).isoformat()


def test_a_shift_moves_only_what_was_refused_for_its_moment(bin_07: SmartBin, zhao: User, now: dt.datetime) -> None:
    record_drop_offs(smart_bin=bin_07, events=[event(weight_g=0)], door=Door.HTTP, received_at=now)
    outcome = replay_refused(refused=RefusedEvent.objects.all(), now=now, shift=Shift(seconds=-60, officer=zhao))
    assert (outcome.refused, RefusedEvent.objects.count(), DropOff.objects.count()) == (1, 1, 0)


def test_a_shift_is_for_one_run_of_one_bin(bin_07: SmartBin, zhao: User, now: dt.datetime) -> None:
    refuse_as_in_the_future(bin_07, now, "e-1", boot_id="before-the-reset")
    refuse_as_in_the_future(bin_07, now, "e-2", boot_id="after-it")
    options = (f"--shift={-HOURS_AHEAD_S}", "--bin", "B-0007", "--by", "zhao", "--boot-id", "after-it")
    assert replay(*options) == (0, {"accepted": 1, "duplicate": 0, "refused": 0})
    assert DropOff.objects.get().event_id == "e-2"


def test_a_bin_that_sends_a_shifted_event_again_meets_a_conflict_that_is_kept(
    bin_07: SmartBin, zhao: User, now: dt.datetime
) -> None:
    refuse_as_in_the_future(bin_07, now)
    shift = Shift(seconds=-HOURS_AHEAD_S, officer=zhao)
    replay_refused(refused=RefusedEvent.objects.all(), now=now, shift=shift)
    later = now + dt.timedelta(seconds=HOURS_AHEAD_S)
    events = [event(occurred_at=later.isoformat())]
    again = record_drop_offs(smart_bin=bin_07, events=events, door=Door.HTTP, received_at=later)
    assert [result.fate for result in again.results] == [Fate.CONFLICT]
    assert DropOff.objects.get().occurred_at == now


@pytest.mark.parametrize(
    "options",
    [
        ("--shift=-60", "--by", "zhao"),
        ("--shift=-60", "--bin", "B-0007"),
        ("--shift=-60", "--bin", "B-0007", "--by", "nobody"),
        ("--shift=0", "--bin", "B-0007", "--by", "zhao"),
        ("--shift=9999999999", "--bin", "B-0007", "--by", "zhao"),
    ],
)
def test_a_shift_without_a_bin_an_officer_or_a_sense_is_wrong_usage(zhao: User, options: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as error:
        call_command("replay_refused", *options)
    assert error.value.returncode == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_officers_with_two_shifts_at_once_do_not_both_replay(
    bin_07: SmartBin, zhao: User, now: dt.datetime
) -> None:
    refuse_as_in_the_future(bin_07, now)
    row = RefusedEvent.objects.get()

    def state(number: int) -> ReplayOutcome:
        seconds = -HOURS_AHEAD_S - 60 * number
        try:
            return replay_refused(refused=[row], now=now, shift=Shift(seconds=seconds, officer=zhao))
        finally:
            connection.close()

    outcomes = at_once(senders=4, work=state)
    assert sum(outcome.accepted for outcome in outcomes) == 1
    assert (DropOff.objects.count(), RefusedEvent.objects.count()) == (1, 1)  # and nobody met a conflict
