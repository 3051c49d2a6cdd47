"""Planted dishonesty: each case is some more bags, and the flag that must come of it. Pure and seeded.

Every kind is planted in strengths below and above its threshold, so that what is not found is seen too.
"""

import datetime as dt
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from points.flags.thresholds import DENSITY_G_A_L_MAX
from points.models import FlagKind
from simulation.bins.days import Bag, bin_for
from simulation.bins.layout import POINTS_A_COMMUNITY, Layout

DAYS_A_WEEK = 7
_MORNING_S = 7 * 3600
_WINDOW_S = 7_200
_CONTAINER_L = 240
HOMES_A_POINT_MIN = 10  # the longest run of cards in one hand


@dataclass(frozen=True, slots=True)
class Cheat:
    """One case: what was done, by which household or at which bin (numbers of the layout), with which bags.

    `bags` are (day of the week from Monday, bag).
    """

    kind: FlagKind
    strength: str
    household: int | None
    bin_number: int | None
    bags: Sequence[tuple[int, Bag]]


class NoRoom(ValueError):
    """The district is too small for so many cases."""


def copies_max(*, layout: Layout) -> int:
    """How many cases of each strength there is room for, where no household and no bin is in two."""
    homes_a_point = min(len(layout.households_of_point(point)) for point in range(layout.point_count))
    if homes_a_point < HOMES_A_POINT_MIN:
        return 0
    return min(len(_sorters(layout)) // len(_OF_HOUSEHOLDS), len(_food_bins(layout)) // len(_OF_BINS))


def plan_cheats(*, layout: Layout, monday: dt.date, copies: int) -> list[Cheat]:
    """`copies` cases of each strength of each kind in the week of a Monday; no household or bin is in two.

    :raises NoRoom: more than `copies_max`.
    """
    if copies > (fitting := copies_max(layout=layout)):
        raise NoRoom(f"{copies} cases of each strength asked, {fitting} fit into this district")
    chance = random.Random(f"{layout.tag}|{monday.isoformat()}|cheats")  # noqa: S311  (a simulation, no secret)
    households, bins = _sorters(layout), _food_bins(layout)
    chance.shuffle(households)
    chance.shuffle(bins)
    stage = _Stage(layout=layout, chance=chance, households=iter(households), bins=iter(bins))
    return [make(stage) for make in (*_OF_HOUSEHOLDS, *_OF_BINS) for _ in range(copies)]


def _sorters(layout: Layout) -> list[int]:
    return [number for number, rate in enumerate(layout.food_rates) if rate > 0]


def _food_bins(layout: Layout) -> list[int]:
    return [each.number for each in layout.bins if "FOOD" in each.categories]


@dataclass(slots=True)
class _Stage:
    layout: Layout
    chance: random.Random
    households: Iterator[int]
    bins: Iterator[int]

    def second(self) -> int:
        """Some moment of the morning window, early enough for what follows."""
        return _MORNING_S + self.chance.randrange(_WINDOW_S - 1_200)

    def point_of(self, household: int) -> int:
        layout = self.layout
        return next(point for point in range(layout.point_count) if household in layout.households_of_point(point))

    def bag(self, *, household: int, point: int, second: int, category: str = "FOOD", weight_g: int = 400) -> Bag:
        bin_number = bin_for(layout=self.layout, point=point, category=category)
        return Bag(household, self.layout.cards[household], "CARD", bin_number, category, category, weight_g, second)


def _split_on_days(days: int) -> Callable[[_Stage], Cheat]:
    """One bag as two, on some days of the week."""

    def make(stage: _Stage) -> Cheat:
        household = next(stage.households)
        point = stage.point_of(household)
        bags = []
        for on in stage.chance.sample(range(DAYS_A_WEEK), k=days):
            second = stage.second()
            for part in range(2):
                weight_g = stage.chance.randrange(220, 700)
                bags.append(
                    (on, stage.bag(household=household, point=point, second=second + 40 * part, weight_g=weight_g))
                )
        return Cheat(FlagKind.SPLITTING, f"one bag as two on {days} days", household, None, bags)

    return make


def _split_at_once(parts: int) -> Callable[[_Stage], Cheat]:
    """One bag as many, once."""

    def make(stage: _Stage) -> Cheat:
        household = next(stage.households)
        point, second = stage.point_of(household), stage.second()
        bags = [
            (2, stage.bag(household=household, point=point, second=second + 30 * part, weight_g=250))
            for part in range(parts)
        ]
        return Cheat(FlagKind.SPLITTING, f"one bag as {parts} at once", household, None, bags)

    return make


def _heavy(weight_g: int) -> Callable[[_Stage], Cheat]:
    """One bag of a weight."""

    def make(stage: _Stage) -> Cheat:
        household = next(stage.households)
        point = stage.point_of(household)
        bag = stage.bag(
            household=household, point=point, second=stage.second(), category="RECYCLABLE", weight_g=weight_g
        )
        return Cheat(FlagKind.HEAVY_BAG, f"a bag of {weight_g // 1_000} kg", household, bag.bin_number, [(3, bag)])

    return make


def _full_bin(fillings: float) -> Callable[[_Stage], Cheat]:
    """A scale that adds: a container's day of so many times what it holds."""

    def make(stage: _Stage) -> Cheat:
        number = next(stage.bins)
        point = stage.layout.bins[number].point
        homes = stage.layout.households_of_point(point)
        bag_count = 120
        weight_g = int(fillings * _CONTAINER_L * DENSITY_G_A_L_MAX["FOOD"] / bag_count)
        bags = [
            (
                4,
                stage.bag(
                    household=homes[place % len(homes)], point=point, second=6 * 3600 + 400 * place, weight_g=weight_g
                ),
            )
            for place in range(bag_count)
        ]
        return Cheat(FlagKind.FULL_BIN, f"{fillings:g} fillings in a day", None, number, bags)

    return make


def _two_places(gap_s: int) -> Callable[[_Stage], Cheat]:
    """A copied card: some time later in the next community, 2 km away."""

    def make(stage: _Stage) -> Cheat:
        household = next(stage.households)
        here, second = stage.point_of(household), stage.second()
        there = (here + POINTS_A_COMMUNITY) % stage.layout.point_count
        bags = [
            (5, stage.bag(household=household, point=here, second=second)),
            (5, stage.bag(household=household, point=there, second=second + gap_s)),
        ]
        return Cheat(FlagKind.TWO_PLACES, f"the next community {gap_s} s later", household, None, bags)

    return make


def _run(cards: int) -> Callable[[_Stage], Cheat]:
    """A stack of cards, three to eight seconds each."""

    def make(stage: _Stage) -> Cheat:
        number = next(stage.bins)
        point = stage.layout.bins[number].point
        owners = stage.chance.sample(list(stage.layout.households_of_point(point)), k=cards)
        second, bags = stage.second(), []
        for owner in owners:
            bags.append((1, stage.bag(household=owner, point=point, second=second, weight_g=250)))
            second += stage.chance.randrange(3, 9)
        return Cheat(FlagKind.SWIPE_RUN, f"{cards} cards in one hand", None, number, bags)

    return make


def _group(cards: int, days: int) -> Callable[[_Stage], Cheat]:
    """The same few cards, five to fifteen seconds apart, on some days of the week."""

    def make(stage: _Stage) -> Cheat:
        number = next(stage.bins)
        point = stage.layout.bins[number].point
        owners = stage.chance.sample(list(stage.layout.households_of_point(point)), k=cards)
        bags = []
        for on in stage.chance.sample(range(DAYS_A_WEEK), k=days):
            second = stage.second()
            for owner in stage.chance.sample(owners, k=cards):
                bags.append((on, stage.bag(household=owner, point=point, second=second, weight_g=250)))
                second += stage.chance.randrange(5, 16)
        return Cheat(FlagKind.SWIPE_GROUP, f"{cards} cards together on {days} days", None, number, bags)

    return make


def _outlier(days: int) -> Callable[[_Stage], Cheat]:
    """Ten kilograms of recyclables a day: all the points that a day allows."""

    def make(stage: _Stage) -> Cheat:
        household = next(stage.households)
        point, parts = stage.point_of(household), count()
        bags = [
            (
                on,
                stage.bag(
                    household=household,
                    point=point,
                    second=stage.second() + next(parts),
                    category="RECYCLABLE",
                    weight_g=10_000,
                ),
            )
            for on in stage.chance.sample(range(DAYS_A_WEEK), k=days)
        ]
        return Cheat(FlagKind.OUTLIER, f"10 kg of recyclables on {days} days", household, None, bags)

    return make


_OF_HOUSEHOLDS: Sequence[Callable[[_Stage], Cheat]] = (
    *(_split_on_days(days) for days in (3, 4, 5, 6, 7)),
    *(_split_at_once(parts) for parts in (5, 6, 8)),
    *(_heavy(weight_g) for weight_g in (28_000, 31_000, 45_000)),
    *(_two_places(gap_s) for gap_s in (20, 180, 300)),
    *(_outlier(days) for days in (1, 2, 3, 5)),
)
_OF_BINS: Sequence[Callable[[_Stage], Cheat]] = (
    *(_full_bin(fillings) for fillings in (3.0, 5.0)),
    *(_run(cards) for cards in (5, 6, HOMES_A_POINT_MIN)),
    *(_group(cards, days) for cards, days in ((3, 3), (3, 4), (4, 6))),
)
