"""replay_refused: what was refused goes in once its cause is mended."""

import datetime as dt
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from households.models import Household
from sorting.models import CollectionPoint, Door, DropOff, DropOffBatch, RefusedEvent, SmartBin
from sorting.services import record_drop_offs, replay_refused
from tests.sorting.test_import_drop_offs import GOOD, csv_file, run_import
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
