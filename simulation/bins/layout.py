"""Who stands where in a simulated district: a function of the seed and of how many there are. Pure.

Two bins stand at a point (food and residual waste; recyclables and hazardous), four points in a community. Every name,
code and card carries the district's tag, a digest of what it was made from: two districts never share a row.
"""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass

from simulation.bins.calibration import (
    ACCURACY_MAX,
    ACCURACY_MIN,
    FOOD_DROP_OFFS_A_DAY_MAX,
    FOOD_DROP_OFFS_A_DAY_MIN,
    PARTICIPATING_RATE,
)
from simulation.demo_plan import BIN_CATEGORIES

BINS_A_POINT = len(BIN_CATEGORIES)
POINTS_A_COMMUNITY = 4
ALL_CATEGORIES = tuple(category for categories in BIN_CATEGORIES for category in categories)


@dataclass(frozen=True, slots=True)
class BinPlan:
    """One bin: its place in the district and what it takes."""

    number: int
    code: str
    point: int
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A district. Points, communities and households are numbers from 0; `households` is how many there are.

    `food_rates[h]` is how often household h drops food waste off a day, 0 where it takes no part; `accuracies[c]` the
    share of the bags of community c that are under the right lid.
    """

    tag: str
    bins: Sequence[BinPlan]
    point_count: int
    households: int
    food_rates: Sequence[float]
    accuracies: Sequence[float]
    cards: Sequence[str]

    @property
    def community_count(self) -> int:
        return len(self.accuracies)

    def community_of_point(self, point: int) -> int:
        return point // POINTS_A_COMMUNITY

    def households_of_point(self, point: int) -> range:
        """The numbers of the households that usually come here."""
        return range(point * self.households // self.point_count, (point + 1) * self.households // self.point_count)

    def bins_of_point(self, point: int) -> Sequence[BinPlan]:
        return self.bins[point * BINS_A_POINT : (point + 1) * BINS_A_POINT]

    def community_name(self, community: int) -> str:
        return f"模拟{self.tag}-{community + 1:02d}"


def plan_district(*, seed: str, bins: int, households: int, faults: Sequence[str]) -> Layout:
    """The district of this seed and size. The faults are part of its name, for they change what is sent."""
    tag = hashlib.sha256(f"fenfen-bins-1|{seed}|{bins}|{households}|{','.join(sorted(faults))}".encode()).hexdigest()[
        :8
    ]
    point_count = -(-bins // BINS_A_POINT)
    codes = [f"S{tag}-{number + 1:04d}" for number in range(bins)]
    cards = [
        hashlib.sha256(f"fenfen-bins|{tag}|{number}".encode()).hexdigest()[:16].upper() for number in range(households)
    ]
    return _layout(tag=tag, codes=codes, point_count=point_count, cards=cards)


def plan_foreign(*, seed: str, codes: Sequence[str], cards: Sequence[str], households: int) -> Layout:
    """Bins that somebody else registered, and cards that somebody else issued; made-up cards where none are given."""
    tag = hashlib.sha256(f"fenfen-foreign-1|{seed}|{';'.join(codes)}".encode()).hexdigest()[:8]
    made_up = [f"{tag.upper()}{number:08X}" for number in range(households)]
    return _layout(tag=tag, codes=codes, point_count=-(-len(codes) // BINS_A_POINT), cards=list(cards) or made_up)


def _layout(*, tag: str, codes: Sequence[str], point_count: int, cards: Sequence[str]) -> Layout:
    chance = random.Random(tag)  # noqa: S311  (a simulation, no secret)
    spread = FOOD_DROP_OFFS_A_DAY_MAX - FOOD_DROP_OFFS_A_DAY_MIN
    rates = [
        FOOD_DROP_OFFS_A_DAY_MIN + spread * chance.random() if chance.random() < PARTICIPATING_RATE else 0.0
        for _ in cards
    ]
    communities = -(-point_count // POINTS_A_COMMUNITY)
    accuracies = [ACCURACY_MIN + (ACCURACY_MAX - ACCURACY_MIN) * chance.random() for _ in range(communities)]
    bins = []
    for number, code in enumerate(codes):
        place, which = divmod(number, BINS_A_POINT)
        is_alone = which == 0 and number + 1 == len(codes)
        categories = ALL_CATEGORIES if is_alone else BIN_CATEGORIES[which]
        bins.append(BinPlan(number=number, code=code, point=place, categories=categories))
    return Layout(
        tag=tag,
        bins=bins,
        point_count=point_count,
        households=len(cards),
        food_rates=rates,
        accuracies=accuracies,
        cards=cards,
    )
