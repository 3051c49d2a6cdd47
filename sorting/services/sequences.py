"""Follows each bin's run of numbers: what newly came, late or not, is taken off what is missing."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max, Q

from sorting.models import DEVICE_DOORS, DropOff, RefusedEvent, SequenceRun, SmartBin
from sorting.queries.bin_health import runs_said_further
from sorting.sequence_ranges import Run, read_on
from sorting.services.events import AGE_DAYS_MAX, SEQUENCE_MAX

READ_AGAIN = dt.timedelta(minutes=10)  # longer than any transaction that stores a batch takes to commit
RUN_KEPT_DAYS = 60
RUNS_AT_ONCE = 1_000

_Key = tuple[int, str]  # bin, boot id


def follow_sequences(*, now: dt.datetime) -> int:
    """Read what came since the last time into the runs; how many runs changed.

    Accepted and refused events count, of bins that send a `boot_id`: without it a counter that began again would look
    like a repeat. Facts only add up, so two watchers at once, or one that reads twice, come to the same.
    """
    read_to = SequenceRun.objects.aggregate(last=Max("read_to"))["last"]
    since = read_to - READ_AGAIN if read_to else now - dt.timedelta(days=AGE_DAYS_MAX)
    came = _numbers_since(since=since)
    _begin(came=came, now=now)
    said = runs_said_further()
    keys = sorted(came.keys() | said.keys())
    changed = 0
    for start in range(0, len(keys), RUNS_AT_ONCE):
        part = keys[start : start + RUNS_AT_ONCE]
        changed += _read_on(keys=part, came=came, said=said, now=now)
    if not changed and read_to:
        # The mark moves on, so that a quiet hour is not read again every minute.
        newest = SequenceRun.objects.filter(read_to=read_to).values("pk")[:1]
        SequenceRun.objects.filter(pk__in=list(newest.values_list("pk", flat=True))).update(read_to=now)
    return changed


def forget_old_runs(*, now: dt.datetime) -> int:
    """Delete the runs of which nothing is missing and nothing came for RUN_KEPT_DAYS; how many."""
    old = SequenceRun.objects.filter(read_to__lt=now - dt.timedelta(days=RUN_KEPT_DAYS), missing=[])
    return old.delete()[0]


def _numbers_since(*, since: dt.datetime) -> defaultdict[_Key, set[int]]:
    numbers: defaultdict[_Key, set[int]] = defaultdict(set)
    drop_offs = DropOff.objects.filter(
        ~Q(batch__boot_id=""),
        batch__received_at__gte=since,
        batch__door__in=DEVICE_DOORS,
        sequence__isnull=False,
    )
    for bin_id, boot_id, sequence in drop_offs.values_list("bin_id", "batch__boot_id", "sequence").iterator():
        if sequence is not None:
            numbers[bin_id, boot_id].add(sequence)
    refused = RefusedEvent.objects.filter(~Q(boot_id=""), last_received_at__gte=since, door__in=DEVICE_DOORS)
    rows = list(refused.values_list("bin_code", "boot_id", "payload__sequence"))
    bin_ids = dict(SmartBin.objects.filter(code__in={code for code, _, _ in rows}).values_list("code", "pk"))
    for code, boot_id, sequence in rows:
        # What was refused may hold anything where the number should be.
        if code in bin_ids and type(sequence) is int and 0 <= sequence <= SEQUENCE_MAX:
            numbers[bin_ids[code], boot_id].add(sequence)
    return numbers


def _begin(*, came: Mapping[_Key, set[int]], now: dt.datetime) -> None:
    """A row for each run that is new; another watcher may have begun it first."""
    runs = [
        SequenceRun(bin_id=bin_id, boot_id=boot_id, first=min(numbers), highest=min(numbers), read_to=now)
        for (bin_id, boot_id), numbers in sorted(came.items())
    ]
    known = set(SequenceRun.objects.filter(bin__in={run.bin_id for run in runs}).values_list("bin_id", "boot_id"))
    new = [run for run in runs if (run.bin_id, run.boot_id) not in known]
    SequenceRun.objects.bulk_create(new, batch_size=RUNS_AT_ONCE, ignore_conflicts=True)


@transaction.atomic
def _read_on(*, keys: list[_Key], came: defaultdict[_Key, set[int]], said: dict[_Key, int], now: dt.datetime) -> int:
    runs = SequenceRun.objects.filter(bin__in={key[0] for key in keys}, boot_id__in={key[1] for key in keys})
    changed = []
    # Locked in one order, and read only now: what another watcher has just added is kept.
    for row in runs.select_for_update(of=("self",)).order_by("pk"):
        key = (row.bin_id, row.boot_id)
        before = Run(first=row.first, highest=row.highest, missing=tuple((a, b, c) for a, b, c in row.missing))
        after = read_on(run=before, came=came.get(key, ()), said=said.get(key), at_s=int(now.timestamp()))
        if after is not None and after != before:
            row.first, row.highest, row.missing, row.read_to = after.first, after.highest, list(after.missing), now
            changed.append(row)
    SequenceRun.objects.bulk_update(changed, ["first", "highest", "missing", "read_to"], batch_size=500)
    return len(changed)
