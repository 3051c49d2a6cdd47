"""When each bin sends what, in which order, again, late or in conflict. Pure and seeded; one day in memory at a time.

Deliveries are ordered so that the first copy of an event always leaves its bin before every other copy: repeats and
conflicts are timed after it, and a bin without a network lets out what it held in the order
in which it would have gone.
"""

import datetime as dt
import hashlib
import heapq
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from simulation.bins import faults as rates
from simulation.bins.faults import Fault
from simulation.bins.layout import BinPlan, Layout
from simulation.bins.machines import WEIGHT_G_MAX, MadeUpEvent, chance_of, events_of_day

EVENTS_A_BATCH = 100
FILLS_UP_AFTER = 400  # bags
HEARTBEAT_HOURS = (4, 10, 16, 22)


class Kind(StrEnum):
    """What a delivery is."""

    FIRST = "first"
    SAME_MESSAGE = "same_message"
    OTHER_MESSAGE = "other_message"
    CONFLICT = "conflict"
    HEARTBEAT = "heartbeat"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message of one bin. `fates` is what the platform must answer, an event each: (fate, code).

    `message` numbers the message: the same number is the same message id and the same bytes.
    """

    message: int
    kind: Kind
    bin: BinPlan
    boot_id: str
    send_at: dt.datetime
    events: Sequence[dict[str, Any]] = ()
    fates: Sequence[tuple[str, str | None]] = ()
    is_dropped: bool = False
    is_repeated: bool = False


@dataclass(slots=True)
class _BinState:
    boot_id: str
    sequence: int = 0
    bags_since_emptied: int = 0
    offline: list[tuple[dt.datetime, dt.datetime]] = field(default_factory=list)


class Outbox:
    """All bins' deliveries, day after day; what is held back is carried over."""

    def __init__(self, *, layout: Layout, faults: frozenset[Fault], time_zone: ZoneInfo, flush_s: int) -> None:
        self.layout = layout
        self.faults = faults
        self.counts: Counter[str] = Counter()
        self._time_zone = time_zone
        self._flush_s = flush_s
        self._messages = 0
        self._waiting: list[tuple[dt.datetime, int, Delivery]] = []
        self._order = 0
        self._states = {each.number: _BinState(boot_id=_boot_id(layout, each.number, 0)) for each in layout.bins}

    def deliveries_of_day(self, *, on: dt.date) -> Iterator[Delivery]:
        """Make up the day, and give what leaves before it is over, in the order of leaving."""
        by_bin = events_of_day(layout=self.layout, on=on, faults=self.faults, time_zone=self._time_zone)
        for plan in self.layout.bins:
            self._take_day(plan=plan, on=on, events=by_bin[plan.number])
        yield from self._leaving(until=dt.datetime.combine(on + dt.timedelta(days=1), dt.time(), self._time_zone))

    def rest(self) -> Iterator[Delivery]:
        """What is still held back when the last day is over; networks come back in their time, so the order holds."""
        yield from self._leaving(until=None)

    def held_event_ids(self) -> set[str]:
        """The ids of the events whose first copy has not left."""
        first = (delivery for *_, delivery in self._waiting if delivery.kind is Kind.FIRST)
        return {event["event_id"] for delivery in first for event in delivery.events}

    def _leaving(self, *, until: dt.datetime | None) -> Iterator[Delivery]:
        while self._waiting and (until is None or self._waiting[0][0] < until):
            leaves_at, order, delivery = heapq.heappop(self._waiting)
            back_at = self._back_at(number=delivery.bin.number, at=leaves_at)
            if back_at > leaves_at:
                self.counts["held_back_messages"] += 1
                heapq.heappush(self._waiting, (back_at, order, delivery))
            else:
                yield delivery

    def _back_at(self, *, number: int, at: dt.datetime) -> dt.datetime:
        for starts_at, ends_at in self._states[number].offline:
            if starts_at <= at < ends_at:
                return ends_at
        return at

    def _take_day(self, *, plan: BinPlan, on: dt.date, events: Sequence[MadeUpEvent]) -> None:
        """Number the bin's events, cut them into batches, and put these and their faults into the queue."""
        chance = chance_of(layout=self.layout, bin_number=plan.number, on=on, what="sending")
        midnight = dt.datetime.combine(on, dt.time(), self._time_zone)
        self._draw_offline(chance=chance, plan=plan, midnight=midnight)
        reset_at = self._draw_reset(chance=chance, midnight=midnight)
        for event in events:
            if event.fault is not None:
                self.counts[event.fault] += 1
        batches = self._cut(events=events, reset_at=reset_at)
        moments = [batch[-1].happened_at + dt.timedelta(seconds=min(self._flush_s, 60)) for batch in batches]
        for index, batch in enumerate(batches):
            if reset_at is not None and batch[-1].happened_at >= reset_at:
                self._reset(plan=plan, on=on)
                reset_at = None
            send_at = moments[index]
            if self._happens(chance, Fault.REORDER, rates.REORDER_RATE) and index + 1 < len(batches):
                self.counts[Fault.REORDER] += 1
                send_at = moments[index + 1] + dt.timedelta(seconds=1)
            if self._happens(chance, Fault.LATE, rates.LATE_RATE):
                self.counts[Fault.LATE] += 1
                send_at += dt.timedelta(seconds=chance.randrange(rates.LATE_S_MIN, rates.LATE_S_MAX))
            self._send_batch(chance=chance, plan=plan, batch=batch, send_at=send_at)
        for hour in HEARTBEAT_HOURS:
            at = midnight + dt.timedelta(hours=hour, seconds=plan.number % 600)
            self._put(kind=Kind.HEARTBEAT, plan=plan, message=self._next_message(), send_at=at)

    def _cut(self, *, events: Sequence[MadeUpEvent], reset_at: dt.datetime | None) -> list[list[MadeUpEvent]]:
        """Batches: sent when full, when the first event has waited long enough, and before a reset."""
        batches: list[list[MadeUpEvent]] = []
        for event in events:
            last = batches[-1] if batches else []
            if (
                not last
                or len(last) >= EVENTS_A_BATCH
                or (event.happened_at - last[0].happened_at).total_seconds() >= self._flush_s
                or (reset_at is not None and last[-1].happened_at < reset_at <= event.happened_at)
            ):
                batches.append([event])
            else:
                last.append(event)
        return batches

    def _send_batch(
        self, *, chance: random.Random, plan: BinPlan, batch: Sequence[MadeUpEvent], send_at: dt.datetime
    ) -> None:
        sent = [self._numbered(plan=plan, event=event) for event in batch]
        fates = [("rejected", event.code) if event.code else ("accepted", None) for event in batch]
        is_dropped = self._happens(chance, Fault.DROP, rates.DROP_RATE)
        self.counts[Fault.DROP] += is_dropped
        repeats_same = self._happens(chance, Fault.REPEAT, rates.REPEAT_RATE)
        repeats_other = self._happens(chance, Fault.REPEAT, rates.REPEAT_RATE)
        message = self._next_message()
        self._put(
            kind=Kind.FIRST, plan=plan, message=message, send_at=send_at, events=sent, fates=fates,
            is_dropped=is_dropped, is_repeated=repeats_same,
        )  # fmt: skip
        if repeats_same:
            self.counts[Fault.REPEAT] += 1
            self._put(kind=Kind.SAME_MESSAGE, plan=plan, message=message, send_at=_soon(chance, send_at),
                      events=sent, fates=fates)  # fmt: skip
        if repeats_other:
            self.counts[Fault.REPEAT] += 1
            again = [("duplicate", None) if fate == "accepted" else (fate, code) for fate, code in fates]
            self._put(kind=Kind.OTHER_MESSAGE, plan=plan, message=self._next_message(),
                      send_at=_soon(chance, send_at), events=sent, fates=again)  # fmt: skip
        changed = [
            facts | {"weight_g": facts["weight_g"] + rates.CONFLICT_MORE_G}
            for facts, event in zip(sent, batch, strict=True)
            if self._happens(chance, Fault.CONFLICT, rates.CONFLICT_RATE)
            and not event.code
            and facts["weight_g"] + rates.CONFLICT_MORE_G <= WEIGHT_G_MAX
        ]
        if changed:
            self.counts[Fault.CONFLICT] += len(changed)
            self._put(kind=Kind.CONFLICT, plan=plan, message=self._next_message(), send_at=_soon(chance, send_at),
                      events=changed, fates=[("conflict", None)] * len(changed))  # fmt: skip

    def _numbered(self, *, plan: BinPlan, event: MadeUpEvent) -> dict[str, Any]:
        state = self._states[plan.number]
        state.sequence += 1
        state.bags_since_emptied = (state.bags_since_emptied + 1) % FILLS_UP_AFTER
        return event.facts | {
            "sequence": state.sequence,
            "fill_rate": round(state.bags_since_emptied / FILLS_UP_AFTER, 3),
        }

    def _draw_offline(self, *, chance: random.Random, plan: BinPlan, midnight: dt.datetime) -> None:
        state = self._states[plan.number]
        state.offline = [span for span in state.offline if span[1] > midnight]
        starts_at = midnight + dt.timedelta(seconds=chance.randrange(86_400))
        length = dt.timedelta(seconds=chance.randrange(rates.OFFLINE_S_MIN, rates.OFFLINE_S_MAX))
        if self._happens(chance, Fault.OFFLINE, rates.OFFLINE_RATE):
            self.counts[Fault.OFFLINE] += 1
            state.offline.append((starts_at, starts_at + length))

    def _draw_reset(self, *, chance: random.Random, midnight: dt.datetime) -> dt.datetime | None:
        reset_at = midnight + dt.timedelta(seconds=chance.randrange(7 * 3600, 19 * 3600))
        return reset_at if self._happens(chance, Fault.RESET, rates.RESET_RATE) else None

    def _reset(self, *, plan: BinPlan, on: dt.date) -> None:
        """A factory reset: another boot id, and the sequence starts again."""
        self.counts[Fault.RESET] += 1
        state = self._states[plan.number]
        state.boot_id, state.sequence = _boot_id(self.layout, plan.number, on.toordinal()), 0

    def _happens(self, chance: random.Random, fault: Fault, rate: float) -> bool:
        """Draws in any case, so that one fault more or less does not change the others."""
        return chance.random() < rate and fault in self.faults

    def _next_message(self) -> int:
        self._messages += 1
        return self._messages

    def _put(self, *, kind: Kind, plan: BinPlan, message: int, send_at: dt.datetime, **more: Any) -> None:
        boot_id = self._states[plan.number].boot_id
        delivery = Delivery(message=message, kind=kind, bin=plan, boot_id=boot_id, send_at=send_at, **more)
        self._order += 1
        heapq.heappush(self._waiting, (send_at, self._order, delivery))


def _soon(chance: random.Random, send_at: dt.datetime) -> dt.datetime:
    return send_at + dt.timedelta(seconds=chance.randrange(1, rates.REPEAT_AFTER_S_MAX))


def _boot_id(layout: Layout, number: int, boot: int) -> str:
    return hashlib.sha256(f"{layout.tag}|{number}|{boot}".encode()).hexdigest()[:8]
