"""Records what a bin or a file brought: the one function behind every door."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import transaction

from households.cards import households_of_cards
from lib.dialect import adapt, fetch
from lib.sql_lists import is_any_sql, text_list
from sorting.models import BatchKind, Door, DropOff, DropOffBatch, Fate, SmartBin
from sorting.queries.first_look import Circumstances
from sorting.queries.opening_hours import opening_hours_of
from sorting.services.drop_off_rows import BATCH_TYPES, DROP_OFF_TYPES, drop_off_columns
from sorting.services.events import EventRejected
from sorting.services.readings import Readings, read_events
from sorting.services.refusals import Refusal, keep_refusals
from sorting.services.rows import insert_rows

CONFLICT_CODE = "conflict"
CONFLICT_MESSAGE = "同一事件号已有内容不同的记录,原记录保持不变"


class EventResult(NamedTuple):
    """What became of one event. `code` says why where it was rejected; `event_id` is given back as it came."""

    event_id: object
    fate: Fate
    code: str | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class RecordedBatch:
    """One batch and the fate of each event, in the order sent."""

    batch_id: int
    received_at: dt.datetime
    results: list[EventResult]

    def count(self, *, fate: Fate) -> int:
        """How many events had this fate."""
        return sum(result.fate is fate for result in self.results)


def record_drop_offs(
    *,
    smart_bin: SmartBin,
    events: Sequence[object],
    door: Door,
    received_at: dt.datetime,
    is_awarding: bool = True,
    boot_id: str = "",
    judged_at: dt.datetime | None = None,
) -> RecordedBatch:
    """Record one bin's events (dicts as a door parsed them) as one batch; the fate of each, in the order sent.

    `judged_at` is the moment against which `occurred_at` is judged, `received_at` if not given.
    """
    return record_readings(
        smart_bin=smart_bin,
        readings=read_events(events=events, door=door, judged_at=judged_at or received_at),
        door=door,
        received_at=received_at,
        boot_id=boot_id,
        is_awarding=is_awarding,
    )


@transaction.atomic(savepoint=False)
def record_readings(
    *,
    smart_bin: SmartBin,
    readings: Readings,
    door: Door,
    received_at: dt.datetime,
    boot_id: str = "",
    digest: str = "",
    is_awarding: bool = True,
    circumstances: Circumstances | None = None,
) -> RecordedBatch:
    """Record what was read of one bin's events as one batch; the fate of each, in the order sent.

    Every event ends as a DropOff, as one that was there before, or as a RefusedEvent. `circumstances` are looked up
    where they are not known yet. Nothing is kept when an error is raised: the caller's transaction goes with it.
    """
    community_id = smart_bin.point.community_id
    batch_id = _open_batch(
        {
            "kind": BatchKind.DROP_OFFS.value,
            "door": Door(door).value,
            "bin_id": smart_bin.pk,
            "community_id": community_id,
            "boot_id": boot_id,
            "received_at": adapt(value=received_at),
            "due_at": adapt(value=received_at),
            "event_count": len(readings.drop_offs),
            "digest": digest,
            "is_awarding": is_awarding,
            "tallied_at": None if readings.drop_offs else adapt(value=received_at),
        }
    )
    others = _store(
        smart_bin=smart_bin,
        batch_id=batch_id,
        received_at=received_at,
        readings=readings,
        circumstances=circumstances or circumstances_of(smart_bin=smart_bin, readings=readings),
    )
    results = _results(readings=readings, others=others)
    keep_refusals(
        bin_code=smart_bin.code,
        door=door,
        boot_id=boot_id,
        received_at=received_at,
        refusals=[
            Refusal(event=event, fate=result.fate, code=result.code or CONFLICT_CODE, message=result.message)
            for event, result in zip(readings.events, results, strict=True)
            if result.fate in (Fate.REJECTED, Fate.CONFLICT)
        ],
    )
    return RecordedBatch(batch_id=batch_id, received_at=received_at, results=results)


def circumstances_of(*, smart_bin: SmartBin, readings: Readings) -> Circumstances:
    """The hours and cards of a batch of any size."""
    return Circumstances(
        hours=opening_hours_of(point_id=smart_bin.point_id, days=readings.days),
        household_ids=households_of_cards(reads=readings.card_reads),
    )


def _open_batch(values: dict[str, object]) -> int:
    """Insert the batch's row; its key. Past the ORM, as everything that each request of a bin waits for."""
    names, places = ", ".join(values), ", ".join(["%s"] * len(values))
    statement = f"INSERT INTO sorting_dropoffbatch ({names}) VALUES ({places}) RETURNING id"  # noqa: S608 - our names
    return int(fetch(statement, list(values.values()))[0][0])


def _store(
    *,
    smart_bin: SmartBin,
    batch_id: int,
    received_at: dt.datetime,
    readings: Readings,
    circumstances: Circumstances,
) -> dict[str, tuple[object, ...]]:
    """Insert what is new; the compared facts of those that were there before, by event id."""
    drop_offs = readings.drop_offs
    count = len(drop_offs)
    of_batch = (batch_id, smart_bin.pk, smart_bin.point.community_id)
    columns = {name: [value] * count for name, value in zip(BATCH_TYPES, of_batch, strict=True)}
    stored_count = insert_rows(
        table=DropOff._meta.db_table,
        types=BATCH_TYPES | DROP_OFF_TYPES,
        columns=columns | drop_off_columns(smart_bin=smart_bin, drop_offs=drop_offs, circumstances=circumstances),
        on_conflict="ON CONFLICT (bin_id, event_id) DO NOTHING",
    )
    if stored_count == count:
        return {}
    DropOffBatch.objects.filter(pk=batch_id).update(
        event_count=stored_count, tallied_at=None if stored_count else received_at
    )
    # Whoever wrote first has committed by now: the insert waited for that.
    before = DropOff.objects.filter(bin=smart_bin).exclude(batch=batch_id)
    event_ids = text_list(values=[facts.event_id for facts in drop_offs])
    before = before.extra(where=[is_any_sql(column_sql="event_id")], params=[event_ids])  # noqa: S610
    return {
        event_id: tuple(compared)
        for event_id, *compared in before.values_list(
            "event_id", "card", "method", "category", "sub_class", "weight_g", "occurred_at"
        )
    }


def _results(*, readings: Readings, others: dict[str, tuple[object, ...]]) -> list[EventResult]:
    firsts = {facts.event_id: facts for facts in readings.drop_offs}
    results = []
    for event, reading in zip(readings.events, readings.each, strict=True):
        if isinstance(reading, EventRejected):
            event_id = event.get("event_id") if isinstance(event, dict) else None
            results.append(EventResult(event_id, Fate.REJECTED, reading.code, reading.message))
            continue
        first = firsts[reading.event_id]
        before = others.get(reading.event_id)
        if before is None and reading is first:
            results.append(EventResult(reading.event_id, Fate.ACCEPTED))
        elif reading.compared == (before or first.compared):
            results.append(EventResult(reading.event_id, Fate.DUPLICATE))
        else:
            results.append(EventResult(reading.event_id, Fate.CONFLICT, None, CONFLICT_MESSAGE))
    return results
