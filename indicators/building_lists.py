"""楼栋榜 (红黑榜): which buildings of a community do best in a month, and which need help. Pure, and never a household.

Only homes that agreed to be counted are counted here, and a building with too few of them is not listed at all: its
figures would tell a neighbour what one family does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class BuildingFacts:
    """A building's month, of its enrolled homes that agreed: how many, how many took part, and how they were judged."""

    building: str
    agreed_count: int
    active_count: int
    judged_home_count: int
    judged_count: int
    right_count: int


@dataclass(frozen=True, slots=True)
class BuildingStanding:
    """A building as it is listed. `accuracy` is right ÷ judged drop-offs, None where too few homes were judged."""

    building: str
    participation: Fraction
    accuracy: Fraction | None


@dataclass(frozen=True, slots=True)
class BuildingLists:
    """`best` from the best down, `needing_help` from the one that needs most, and how many are not shown."""

    best: tuple[BuildingStanding, ...]
    between: tuple[BuildingStanding, ...]
    needing_help: tuple[BuildingStanding, ...]
    unranked: tuple[BuildingStanding, ...]
    withheld_count: int


def list_buildings(*, facts: Sequence[BuildingFacts], homes_min: int) -> BuildingLists:
    """The best third and the third that needs help, by accuracy and then by participation.

    A building with fewer than `homes_min` active homes is withheld; one with fewer judged homes shows its participation
    only and has no rank. No line parts buildings that are equal: a third that would do so is shorter.
    """
    shown = [each for each in facts if each.active_count >= homes_min]
    standings = [_standing(facts=each, homes_min=homes_min) for each in sorted(shown, key=lambda each: each.building)]
    ranked = sorted((each for each in standings if each.accuracy is not None), key=_merit, reverse=True)
    third = len(ranked) // 3
    best = [each for each in ranked[:third] if _merit(each) > _merit(ranked[third])]
    needing_help = [each for each in ranked[len(ranked) - third :] if _merit(each) < _merit(ranked[-third - 1])]
    return BuildingLists(
        best=tuple(best),
        between=tuple(ranked[len(best) : len(ranked) - len(needing_help)]),
        needing_help=tuple(reversed(needing_help)),
        unranked=tuple(each for each in standings if each.accuracy is None),
        withheld_count=len(facts) - len(shown),
    )


def _standing(*, facts: BuildingFacts, homes_min: int) -> BuildingStanding:
    is_judged_enough = facts.judged_home_count >= homes_min
    return BuildingStanding(
        building=facts.building,
        participation=Fraction(facts.active_count, facts.agreed_count),
        accuracy=Fraction(facts.right_count, facts.judged_count) if is_judged_enough else None,
    )


def _merit(standing: BuildingStanding) -> tuple[Fraction, Fraction]:
    return standing.accuracy or Fraction(0), standing.participation
