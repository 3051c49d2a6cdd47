"""What a bin makes of the bags under its lids: events, some of them impossible or at a wrong hour. Pure and seeded."""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from simulation.bins import calibration as measured
from simulation.bins.days import Bag, bags_of_day
from simulation.bins.faults import CLOCK_AHEAD_DAYS, CLOCK_RATE, IMPOSSIBLE_RATE_OF_A_DAY, Fault
from simulation.bins.layout import Layout

WEIGHT_G_MIN, WEIGHT_G_MAX = 1, 50_000  # as in the contract; the oracle judges by its own reading of it
_BATTERY_EMPTY = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # where a clock starts again


@dataclass(frozen=True, slots=True)
class MadeUpEvent:
    """One event as its bin sends it, and what must come of it.

    `code` is the reason for which it will be rejected, "" where it counts. `happened_at` is when the bag fell, whatever
    the bin's clock said.
    """

    facts: dict[str, Any]
    happened_at: dt.datetime
    bag: Bag
    code: str = ""
    fault: Fault | None = None

    @property
    def event_id(self) -> str:
        return str(self.facts["event_id"])


def chance_of(*, layout: Layout, bin_number: int, on: dt.date, what: str) -> random.Random:
    """The chance of one thing on one machine-day: the same whatever else is drawn."""
    return random.Random(f"{layout.tag}|{on.isoformat()}|{bin_number}|{what}")  # noqa: S311


def events_of_day(
    *, layout: Layout, on: dt.date, faults: frozenset[Fault], time_zone: ZoneInfo
) -> dict[int, list[MadeUpEvent]]:
    """The day's events of each bin by its number, in the order in which they happened. A machine-day may be missing."""
    by_bin: dict[int, list[Bag]] = {each.number: [] for each in layout.bins}
    for bag in bags_of_day(layout=layout, on=on, has_unknown_cards=Fault.UNKNOWN_CARD in faults):
        by_bin[bag.bin_number].append(bag)
    midnight = dt.datetime.combine(on, dt.time(), time_zone)
    return {
        number: _events_of_bin(layout=layout, number=number, bags=bags, midnight=midnight, faults=faults)
        for number, bags in by_bin.items()
    }


def event_prefix(*, layout: Layout, on: dt.date) -> str:
    """What the ids of a day's events begin with."""
    return f"{layout.tag}-{on:%y%m%d}-"


def _events_of_bin(
    *, layout: Layout, number: int, bags: Sequence[Bag], midnight: dt.datetime, faults: frozenset[Fault]
) -> list[MadeUpEvent]:
    on = midnight.date()
    chance = chance_of(layout=layout, bin_number=number, on=on, what="machine")
    is_missing = chance.random() < measured.MISSING_MACHINE_DAY_RATE
    is_impossible = chance.random() < measured.IMPOSSIBLE_MACHINE_DAY_RATE and Fault.IMPOSSIBLE in faults
    wrong_from_s = chance.randrange(6 * 3600, 20 * 3600)
    has_wrong_clock = chance.random() < CLOCK_RATE and Fault.CLOCK in faults
    is_ahead = chance.random() < 0.5
    ahead = dt.timedelta(days=CLOCK_AHEAD_DAYS, hours=chance.randrange(24))
    if is_missing:
        return []
    events = []
    for ordinal, bag in enumerate(sorted(bags, key=lambda bag: (bag.second, bag.card, bag.weight_g))):
        happened_at = midnight + dt.timedelta(seconds=bag.second)
        shown_at, weight_g, code, fault = happened_at, bag.weight_g, "", None
        if has_wrong_clock and bag.second >= wrong_from_s:
            fault = Fault.CLOCK
            code = "occurred_in_future" if is_ahead else "occurred_too_long_ago"
            shown_at = happened_at + ahead if is_ahead else _BATTERY_EMPTY + dt.timedelta(seconds=bag.second)
        if is_impossible and chance.random() < IMPOSSIBLE_RATE_OF_A_DAY:
            fault, weight_g = Fault.IMPOSSIBLE, chance.choice(measured.IMPOSSIBLE_WEIGHTS_G)
        if not WEIGHT_G_MIN <= weight_g <= WEIGHT_G_MAX:
            code = "weight_out_of_range"  # looked at before the hour
        facts = {
            "event_id": f"{event_prefix(layout=layout, on=on)}{number}-{ordinal}",
            "card": bag.card,
            "method": bag.method,
            "category": bag.category,
            "sub_class": None,
            "weight_g": weight_g,
            "occurred_at": shown_at.isoformat(),
        }
        if fault is None and bag.card.startswith("LOST"):
            fault = Fault.UNKNOWN_CARD
        events.append(MadeUpEvent(facts=facts, happened_at=happened_at, bag=bag, code=code, fault=fault))
    return events
