"""A refused event is tried again once its cause is mended: a bin that was registered, a code that is known now."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db import transaction

from sorting.models import DEVICE_DOORS, Door, Fate, RefusedEvent, SmartBin
from sorting.services.recording import record_drop_offs

BIN_UNKNOWN_CODE = "bin_unknown"
BIN_UNKNOWN_MESSAGE = "没有这个桶号的智能桶,请先登记"
_SETTLED = (Fate.ACCEPTED, Fate.DUPLICATE)


@dataclass(slots=True)
class ReplayOutcome:
    """How many kept events went in now, were in already, or are still refused."""

    accepted: int = 0
    duplicate: int = 0
    refused: int = 0


def replay_refused(*, refused: Iterable[RefusedEvent], now: dt.datetime) -> ReplayOutcome:
    """Send kept events through record_drop_offs again; those that went in are stamped with `replayed_at`.

    Each is judged as on the day it first came, through the door by which it came: what was too old or too early then
    still is. Only what a bin sent itself earns points, as an import may have been without `--award`.
    """
    outcome = ReplayOutcome()
    by_arrival = sorted(refused, key=_arrival)
    for (bin_code, door, first_received_at), group in groupby(by_arrival, key=_arrival):
        rows = list(group)
        smart_bin = SmartBin.objects.select_related("point").filter(code=bin_code).first()
        if smart_bin is None:
            outcome.refused += len(rows)
            continue
        with transaction.atomic():
            batch = record_drop_offs(
                smart_bin=smart_bin,
                events=[row.payload for row in rows],
                door=Door(door),
                received_at=now,
                is_awarding=door in DEVICE_DOORS,
                judged_at=first_received_at,
            )
            settled = [row.pk for row, result in zip(rows, batch.results, strict=True) if result.fate in _SETTLED]
            RefusedEvent.objects.filter(pk__in=settled).update(replayed_at=now)
        outcome.accepted += batch.count(fate=Fate.ACCEPTED)
        outcome.duplicate += batch.count(fate=Fate.DUPLICATE)
        outcome.refused += len(rows) - len(settled)
    return outcome


def _arrival(row: RefusedEvent) -> tuple[str, str, dt.datetime]:
    return (row.bin_code, row.door, row.first_received_at)
