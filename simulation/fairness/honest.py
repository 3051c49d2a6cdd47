"""What honest households bring, and two habits that make them look worse than chance does. Pure and seeded."""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from simulation.bins import calibration as measured
from simulation.bins.days import Bag, bags_of_day, bin_for
from simulation.bins.layout import Layout

# ASSUMED, no public figure found: how many go down once a day with everything, and how long one bag takes.
TOGETHER_RATE = 0.8
BAG_S_MIN, BAG_S_MAX = 8, 40
AWAY_S_MIN = 1_800
CLOCK_SIGMA_S = 15  # ASSUMED: a bin's clock against the true hour; one that is off by 5 minutes has an alert
# ASSUMED: how many of those who come in a window come in its first minutes, and how fast a queue moves.
CROWD_RATE = 0.3
CROWD_S = 600
QUEUE_S_MIN, QUEUE_S_MEAN_MORE = 9, 6


@dataclass(frozen=True, slots=True)
class Habits:
    """`carries_together`: a household's bags of a day come in one visit. `is_crowded`: a queue stands at opening."""

    carries_together: bool = False
    is_crowded: bool = False


def honest_bags(*, layout: Layout, on: dt.date, habits: Habits) -> Iterator[Bag]:
    """The day's bags, as simulated bins get them, moved by the habits, at the hour that the bin's clock shows."""
    chance = random.Random(f"{layout.tag}|{on.isoformat()}|habits")  # noqa: S311  (a simulation, no secret)
    bags: Iterable[Bag] = bags_of_day(layout=layout, on=on, has_unknown_cards=False)
    if habits.carries_together:
        bags = _together(layout=layout, bags=bags, chance=chance)
    if habits.is_crowded:
        bags = [_at_opening(bag=bag, chance=chance) for bag in bags]
    bags = _at_one_place(layout=layout, bags=bags)
    if habits.is_crowded:
        bags = _in_line(bags=bags, chance=chance)
    ahead_s = {each.number: round(chance.gauss(0, CLOCK_SIGMA_S)) for each in layout.bins}
    for bag in bags:
        yield bag._replace(second=bag.second + ahead_s[bag.bin_number])


def _together(*, layout: Layout, bags: Iterable[Bag], chance: random.Random) -> list[Bag]:
    """Some households bring all bags of the day at once, when and where they would bring one of them."""
    moved = []
    for household, own in _by_household(bags=bags).items():
        if household is None or chance.random() >= TOGETHER_RATE:
            moved += own
            continue
        one = chance.choice(own)
        point, second = layout.bins[one.bin_number].point, one.second
        for bag in own:
            bin_number = bin_for(layout=layout, point=point, category=bag.category)
            moved.append(bag._replace(bin_number=bin_number, second=second))
            second += chance.randrange(BAG_S_MIN, BAG_S_MAX)
    return moved


def _at_opening(*, bag: Bag, chance: random.Random) -> Bag:
    """Some of those who come in a window come in its first minutes."""
    window = _window_of(bag)
    if window is None or chance.random() >= CROWD_RATE:
        return bag
    return bag._replace(second=window[0] + CROWD_S * (bag.second - window[0]) // (window[1] - window[0]))


def _at_one_place(*, layout: Layout, bags: Iterable[Bag]) -> list[Bag]:
    """The simulator draws each bag's time and place apart; nobody is at two points within half an hour."""
    result: list[Bag] = []
    for household, own in _by_household(bags=bags).items():
        before: Bag | None = None
        for bag in sorted(own, key=lambda each: each.second):
            point = layout.bins[bag.bin_number].point
            if household is not None and before is not None and bag.second - before.second < AWAY_S_MIN:
                point = layout.bins[before.bin_number].point
            before = bag._replace(bin_number=bin_for(layout=layout, point=point, category=bag.category))
            result.append(before)
    return result


def _in_line(*, bags: Iterable[Bag], chance: random.Random) -> list[Bag]:
    """Whoever comes in a window waits until the one before at the bin is done."""
    moved = []
    lines: defaultdict[tuple[int, int], list[Bag]] = defaultdict(list)
    for bag in bags:
        window = _window_of(bag)
        if window is None:
            moved.append(bag)
        else:
            lines[bag.bin_number, window[0]].append(bag)
    for line in lines.values():
        free_at = 0.0
        for bag in sorted(line, key=lambda each: each.second):
            begins_at = max(free_at, bag.second)
            moved.append(bag._replace(second=int(begins_at)))
            free_at = begins_at + QUEUE_S_MIN + chance.expovariate(1 / QUEUE_S_MEAN_MORE)
    return moved


def _window_of(bag: Bag) -> tuple[int, int] | None:
    return next((each for each in measured.WINDOWS_S if each[0] <= bag.second < each[1]), None)


def _by_household(*, bags: Iterable[Bag]) -> dict[int | None, list[Bag]]:
    """Each household's bags; those of nobody known under None."""
    found: defaultdict[int | None, list[Bag]] = defaultdict(list)
    for bag in bags:
        found[bag.household].append(bag)
    return found
