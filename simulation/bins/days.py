"""What a simulated district's households drop off on one day: who, where, what, when. Pure and seeded."""

import datetime as dt
import math
import random
from collections.abc import Iterator
from typing import NamedTuple

from simulation.bins import calibration as measured
from simulation.bins.layout import Layout
from simulation.spread import second_of_day

_LID_OF_MISTAKES = {"FOOD": "RESIDUAL", "RESIDUAL": "FOOD", "RECYCLABLE": "RESIDUAL", "HAZARDOUS": "RESIDUAL"}


class Bag(NamedTuple):
    """One bag under one lid. `content` is what is in it, `category` what the bin reports; household None: unknown."""

    household: int | None
    card: str
    method: str
    bin_number: int
    content: str
    category: str
    weight_g: int
    second: int


def bags_of_day(*, layout: Layout, on: dt.date, has_unknown_cards: bool) -> Iterator[Bag]:
    """The day's bags, point by point; the same for the same district and date, whichever days are asked for."""
    for point in range(layout.point_count):
        # Each point has a chance of its own, so that one more point does not change the others.
        chance = random.Random(f"{layout.tag}|{on.isoformat()}|{point}")  # noqa: S311  (a simulation, no secret)
        frequency = measured.COUNT_BY_WEEKDAY[on.weekday()] * _around_one(chance, measured.COUNT_DAY_SIGMA)
        heaviness = measured.WEIGHT_BY_MONTH[on.month - 1] * _around_one(chance, measured.DAY_MEAN_SIGMA)
        accuracy = layout.accuracies[layout.community_of_point(point)]
        for household in layout.households_of_point(point):
            rate = layout.food_rates[household] * frequency
            for content in _contents(chance=chance, food_rate=rate):
                is_right = chance.random() < accuracy
                category = content if is_right else _LID_OF_MISTAKES[content]
                is_elsewhere = chance.random() < measured.ELSEWHERE_RATE
                where = chance.randrange(layout.point_count) if is_elsewhere else point
                known, card, method = _identification(
                    chance=chance, layout=layout, household=household, has_unknown_cards=has_unknown_cards
                )
                yield Bag(
                    household=known,
                    card=card,
                    method=method,
                    bin_number=bin_for(layout=layout, point=where, category=category),
                    content=content,
                    category=category,
                    weight_g=_weight_g(chance=chance, content=content, heaviness=heaviness),
                    second=second_of_day(draw=chance.getrandbits(64)),
                )


def _contents(*, chance: random.Random, food_rate: float) -> list[str]:
    """What one household brings on the day: food waste at its rate, and the others beside it."""
    if not food_rate:
        return []
    contents = ["FOOD"] * _poisson(chance, food_rate)
    for category, (beside_one_food, _) in measured.OTHER_BAGS.items():
        # Carried down together: the others come with the food on the mean.
        for _ in range(contents.count("FOOD")):
            contents += [category] * (chance.random() < beside_one_food)
    return contents


def _weight_g(*, chance: random.Random, content: str, heaviness: float) -> int:
    mean_g = measured.FOOD_WEIGHT_G_MEAN if content == "FOOD" else measured.OTHER_BAGS[content][1]
    grams = mean_g * heaviness * _around_one(chance, measured.BAG_SIGMA)
    return min(max(round(grams), measured.BAG_WEIGHT_G_MIN), measured.BAG_WEIGHT_G_MAX)


def _around_one(chance: random.Random, sigma: float) -> float:
    """Logarithmically normal, mean 1."""
    return math.exp(chance.gauss(-sigma * sigma / 2, sigma))


def _poisson(chance: random.Random, mean: float) -> int:
    """Knuth's way: multiply until under e^-mean. The means here are at most about 2."""
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count


def _identification(
    *, chance: random.Random, layout: Layout, household: int, has_unknown_cards: bool
) -> tuple[int | None, str, str]:
    """Whom the platform will know, what was read, and how."""
    drawn = chance.random()
    if drawn < measured.TYPED_NOTHING_RATE:
        return None, "", "NONE"
    if has_unknown_cards and drawn < measured.TYPED_NOTHING_RATE + measured.UNKNOWN_CARD_RATE:
        return None, f"LOST{chance.getrandbits(48):012X}", "CARD"
    return household, layout.cards[household], "CARD"


def bin_for(*, layout: Layout, point: int, category: str) -> int:
    """The number of the bin at a point that takes the category."""
    return next(each.number for each in layout.bins_of_point(point) if category in each.categories)
