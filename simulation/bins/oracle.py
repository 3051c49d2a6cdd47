"""What the platform must hold after the events that were sent: the contract in plain Python.

Nothing here is read from a database, and none of the platform's rules is imported. Pure.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from simulation.bins.calibration import WINDOWS_S
from simulation.bins.faults import Fault
from simulation.bins.layout import Layout
from simulation.bins.machines import MadeUpEvent, events_of_day

# (card, method, category, weight_g, occurred_at in UTC, household number or None)
StandingFacts = tuple[str, str, str, int, dt.datetime, int | None]


@dataclass(slots=True)
class CategoryTally:
    """One community, day and category."""

    drop_offs: int = 0
    weight_g: int = 0
    households: set[int] = field(default_factory=set)

    @property
    def figures(self) -> tuple[int, int, int]:
        return self.drop_offs, self.weight_g, len(self.households)


@dataclass(slots=True)
class ExpectedDay:
    """What must stand of one day: drop-offs by (bin code, event id), tallies by (community, category), points."""

    drop_offs: dict[tuple[str, str], StandingFacts] = field(default_factory=dict)
    tallies: dict[tuple[int, str], CategoryTally] = field(default_factory=lambda: defaultdict(CategoryTally))
    points: dict[int, int] = field(default_factory=dict)
    right_count: int = 0


def expect_day(
    *, layout: Layout, on: dt.date, faults: frozenset[Fault], time_zone: ZoneInfo, unsent: Collection[str] = ()
) -> ExpectedDay:
    """The day as it must stand. `unsent` are the ids of events that never left their bin."""
    expected = ExpectedDay()
    by_household: dict[int, list[MadeUpEvent]] = defaultdict(list)
    by_bin = events_of_day(layout=layout, on=on, faults=faults, time_zone=time_zone)
    for number, events in by_bin.items():
        plan = layout.bins[number]
        community = layout.community_of_point(plan.point)
        for event in events:
            if event.code or event.event_id in unsent:
                continue
            expected.drop_offs[plan.code, event.event_id] = _standing(event)
            expected.right_count += event.bag.content == event.bag.category
            tally = expected.tallies[community, event.bag.category]
            tally.drop_offs += 1
            tally.weight_g += event.bag.weight_g
            if event.bag.household is not None:
                tally.households.add(event.bag.household)
                by_household[event.bag.household].append(event)
    expected.points = {household: points_of_day(events=events) for household, events in by_household.items()}
    return expected


def points_of_day(*, events: Collection[MadeUpEvent]) -> int:
    """The contract's formula for one household's day under the default programme."""
    food = sorted(
        (10 if _is_in_window(event.bag.second) else 5)
        for event in events
        if event.bag.category == "FOOD" and event.bag.weight_g >= 200
    )
    recyclable = sum(
        event.bag.weight_g * 50 // 1000
        for event in events
        if event.bag.category == "RECYCLABLE" and event.bag.weight_g >= 50
    )
    has_hazardous = any(event.bag.category == "HAZARDOUS" for event in events)
    return sum(food[-2:]) + min(500, recyclable) + (20 if has_hazardous else 0)


def _is_in_window(second: int) -> bool:
    return any(starts_s <= second < ends_s for starts_s, ends_s in WINDOWS_S)


def _standing(event: MadeUpEvent) -> StandingFacts:
    bag = event.bag
    return (bag.card, bag.method, bag.category, bag.weight_g, event.happened_at.astimezone(dt.UTC), bag.household)
