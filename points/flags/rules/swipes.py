"""Many cards in one hand (代刷): swiped one right after the other at one bin, or always together."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from points.flags.rules.bags import Bag, chains, seconds_between
from points.flags.thresholds import (
    GROUP_CHAIN_HOUSEHOLDS_MAX,
    GROUP_DAYS_MIN,
    GROUP_GAP_S,
    GROUP_HOUSEHOLDS_MIN,
    RUN_GAP_S,
    RUN_HOUSEHOLDS_MIN,
)

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SwipeRun:
    """On one day at one bin: runs of many households; the largest of them, and how long it took."""

    run_count: int
    household_count: int
    seconds: float
    drop_off_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SwipeGroup:
    """In one week at one bin: households that came together on so many days."""

    household_ids: tuple[int, ...]
    day_count: int
    drop_off_ids: tuple[int, ...]


def find_swipe_run(*, bags: Sequence[Bag]) -> SwipeRun | None:
    """Judge one bin's bags of one day: RUN_HOUSEHOLDS_MIN households, each RUN_GAP_S after the one before."""
    runs = [
        chain
        for chain in chains(bags=bags, gap_s=RUN_GAP_S)
        if len({bag.household_id for bag in chain}) >= RUN_HOUSEHOLDS_MIN
    ]
    if not runs:
        return None
    largest = max(runs, key=lambda run: len({bag.household_id for bag in run}))
    return SwipeRun(
        run_count=len(runs),
        household_count=len({bag.household_id for bag in largest}),
        seconds=seconds_between(largest[0].occurred_at, largest[-1].occurred_at),
        drop_off_ids=tuple(bag.drop_off_id for run in runs for bag in run),
    )


def find_swipe_groups(*, bags: Sequence[Bag]) -> list[SwipeGroup]:
    """Judge one bin's bags of one week, of all households.

    Two households are together on a day when a chain of bags, each GROUP_GAP_S after the one before and of at most
    GROUP_CHAIN_HOUSEHOLDS_MAX households, holds both. Those together on GROUP_DAYS_MIN days are linked; what is linked
    is a group, from GROUP_HOUSEHOLDS_MIN households on.
    """
    companies = [
        chain
        for chain in chains(bags=bags, gap_s=GROUP_GAP_S)
        if 2 <= len({bag.household_id for bag in chain}) <= GROUP_CHAIN_HOUSEHOLDS_MAX
    ]
    days: defaultdict[Pair, set[dt.date]] = defaultdict(set)
    for chain in companies:
        for pair in combinations(sorted({bag.household_id for bag in chain}), 2):
            # A chain over midnight is of the day on which it began, as the database counts it.
            days[pair].add(chain[0].occurred_on)
    linked = [pair for pair, on in days.items() if len(on) >= GROUP_DAYS_MIN]
    return [
        _group(members=members, companies=companies, days=days)
        for members in connected(pairs=linked)
        if len(members) >= GROUP_HOUSEHOLDS_MIN
    ]


def connected(*, pairs: Sequence[Pair]) -> list[tuple[int, ...]]:
    """The sets of households that hang together, each in order, the sets by their first."""
    group_of: dict[int, set[int]] = {}
    for one, other in pairs:
        merged = group_of.get(one, {one}) | group_of.get(other, {other})
        for member in merged:
            group_of[member] = merged
    return sorted({tuple(sorted(group)) for group in group_of.values()})


def _group(
    *, members: tuple[int, ...], companies: Sequence[Sequence[Bag]], days: dict[Pair, set[dt.date]]
) -> SwipeGroup:
    inside = set(members)
    together = [bag for chain in companies if len({b.household_id for b in chain} & inside) >= 2 for bag in chain]
    return SwipeGroup(
        household_ids=members,
        day_count=len(set().union(*(on for pair, on in days.items() if set(pair) <= inside))),
        drop_off_ids=tuple(bag.drop_off_id for bag in together if bag.household_id in inside),
    )
