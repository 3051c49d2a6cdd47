"""Records what a bin or a file brought: the one function behind every door."""

import datetime as dt
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from households.cards import households_of_cards
from lib.dialect import adapt, fetch
from lib.sql_lists import is_any_sql, text_list
from sorting.models import DEVICE_DOORS, BatchKind, Door, DropOff, DropOffBatch, Fate, SmartBin
from sorting.open_windows import OpeningHours
from sorting.queries.opening_hours import opening_hours_of
from sorting.services.events import Clock, EventFacts, EventRejected, clock_at, read_event
from sorting.services.refusals import Refusal, keep_refusals
from sorting.services.rows import insert_rows

CONFLICT_CODE = "conflict"
CONFLICT_MESSAGE = "同一事件号已有内容不同的记录,原记录保持不变"

_TYPES = {
    "batch_id": "bigint",
    "bin_id": "bigint",
    "community_id": "bigint",
    "household_id": "bigint",
    "event_id": "text",
    "sequence": "bigint",
    "card": "text",
    "card_key": "text",
    "method": "text",
    "category": "text",
    "sub_class": "text",
    "weight_g": "int",
    "occurred_at": "timestamptz",
    "occurred_on": "date",
    "fill_rate": "float8",
    "is_in_window": "bool",
    "is_category_served": "bool",
}


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


@dataclass(frozen=True, slots=True)
class _Site:
    """What a bin's place adds to a drop-off."""

    community_id: int
    categories: frozenset[str]
    hours: OpeningHours


@transaction.atomic(savepoint=False)
def record_drop_offs(
    *,
    smart_bin: SmartBin,
    events: Sequence[object],
    door: Door,
    received_at: dt.datetime,
    boot_id: str = "",
    digest: str = "",
    is_awarding: bool = True,
    judged_at: dt.datetime | None = None,
) -> RecordedBatch:
    """Record one bin's events (dicts as a door parsed them) as one batch; the fate of each, in the order sent.

    Every event ends as a DropOff, as one that was there before, or as a RefusedEvent. The doors that are no bin's
    take any past day. `judged_at` is the moment against which `occurred_at` is judged, `received_at` if not given.
    Nothing is kept when an error is raised: the caller's transaction goes with it.
    """
    clock = clock_at(
        judged_at=judged_at or received_at, zone=ZoneInfo(settings.TIME_ZONE), has_age_limit=door in DEVICE_DOORS
    )
    readings = [_reading(event, clock) for event in events]
    firsts: dict[str, EventFacts] = {}
    for reading in readings:
        if isinstance(reading, EventFacts):
            firsts.setdefault(reading.event_id, reading)
    site = _site_of(smart_bin=smart_bin, days={facts.occurred_local.date() for facts in firsts.values()})
    batch_id = _open_batch(
        {
            "kind": BatchKind.DROP_OFFS.value,
            "door": Door(door).value,
            "bin_id": smart_bin.pk,
            "community_id": site.community_id,
            "boot_id": boot_id,
            "received_at": adapt(value=received_at),
            "due_at": adapt(value=received_at),
            "event_count": len(firsts),
            "digest": digest,
            "is_awarding": is_awarding,
            "tallied_at": None if firsts else adapt(value=received_at),
        }
    )
    others = _store(smart_bin=smart_bin, batch_id=batch_id, received_at=received_at, site=site, firsts=firsts)
    results = _results(events=events, readings=readings, firsts=firsts, others=others)
    keep_refusals(
        bin_code=smart_bin.code,
        door=door,
        boot_id=boot_id,
        received_at=received_at,
        refusals=[
            Refusal(event=event, fate=result.fate, code=result.code or CONFLICT_CODE, message=result.message)
            for event, result in zip(events, results, strict=True)
            if result.fate in (Fate.REJECTED, Fate.CONFLICT)
        ],
    )
    return RecordedBatch(batch_id=batch_id, received_at=received_at, results=results)


def _reading(event: object, clock: Clock) -> EventFacts | EventRejected:
    try:
        return read_event(event, clock)
    except EventRejected as rejected:
        return rejected


def _site_of(*, smart_bin: SmartBin, days: Set[dt.date]) -> _Site:
    return _Site(
        community_id=smart_bin.point.community_id,
        categories=frozenset(smart_bin.categories.split(";")),
        hours=opening_hours_of(point_id=smart_bin.point_id, days=days),
    )


def _open_batch(values: dict[str, object]) -> int:
    """Insert the batch's row; its key. Past the ORM, as everything that each request of a bin waits for."""
    names, places = ", ".join(values), ", ".join(["%s"] * len(values))
    statement = f"INSERT INTO sorting_dropoffbatch ({names}) VALUES ({places}) RETURNING id"  # noqa: S608 - our names
    return int(fetch(statement, list(values.values()))[0][0])


def _store(
    *, smart_bin: SmartBin, batch_id: int, received_at: dt.datetime, site: _Site, firsts: dict[str, EventFacts]
) -> dict[str, tuple[object, ...]]:
    """Insert what is new; the compared facts of those that were there before, by event id."""
    # Sorted, so that two senders of the same events lock them in one order and cannot deadlock.
    drop_offs = [firsts[event_id] for event_id in sorted(firsts)]
    stored_count = insert_rows(
        table=DropOff._meta.db_table,
        types=_TYPES,
        columns=_columns(smart_bin=smart_bin, batch_id=batch_id, site=site, drop_offs=drop_offs),
        on_conflict="ON CONFLICT (bin_id, event_id) DO NOTHING",
    )
    if stored_count == len(drop_offs):
        return {}
    DropOffBatch.objects.filter(pk=batch_id).update(
        event_count=stored_count, tallied_at=None if stored_count else received_at
    )
    # Whoever wrote first has committed by now: the insert waited for that.
    before = DropOff.objects.filter(bin=smart_bin).exclude(batch=batch_id)
    before = before.extra(where=[is_any_sql(column_sql="event_id")], params=[text_list(values=list(firsts))])  # noqa: S610
    return {
        event_id: tuple(compared)
        for event_id, *compared in before.values_list(
            "event_id", "card", "method", "category", "sub_class", "weight_g", "occurred_at"
        )
    }


def _columns(
    *, smart_bin: SmartBin, batch_id: int, site: _Site, drop_offs: Sequence[EventFacts]
) -> dict[str, list[Any]]:
    count = len(drop_offs)
    return {
        "batch_id": [batch_id] * count,
        "bin_id": [smart_bin.pk] * count,
        "community_id": [site.community_id] * count,
        "household_id": households_of_cards(reads=[(facts.card_key, facts.occurred_at) for facts in drop_offs]),
        "event_id": [facts.event_id for facts in drop_offs],
        "sequence": [facts.sequence for facts in drop_offs],
        "card": [facts.card for facts in drop_offs],
        "card_key": [facts.card_key for facts in drop_offs],
        "method": [facts.method for facts in drop_offs],
        "category": [facts.category for facts in drop_offs],
        "sub_class": [facts.sub_class for facts in drop_offs],
        "weight_g": [facts.weight_g for facts in drop_offs],
        "occurred_at": [facts.occurred_at for facts in drop_offs],
        "occurred_on": [facts.occurred_local.date() for facts in drop_offs],
        "fill_rate": [facts.fill_rate for facts in drop_offs],
        "is_in_window": [site.hours.is_open(at=facts.occurred_local) for facts in drop_offs],
        "is_category_served": [facts.category in site.categories for facts in drop_offs],
    }


def _results(
    *,
    events: Sequence[object],
    readings: Sequence[EventFacts | EventRejected],
    firsts: dict[str, EventFacts],
    others: dict[str, tuple[object, ...]],
) -> list[EventResult]:
    results = []
    for event, reading in zip(events, readings, strict=True):
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
