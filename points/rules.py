"""What a household's day earns: pure arithmetic, the specification that the set-based SQL is tested against.

The result is a function of the day's facts alone, so the order of arrival cannot matter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """What one category earns. `unit` is DROP_OFF or KG; None for a limit means there is none."""

    unit: str
    points: int
    points_outside: int
    weight_g_min: int
    drop_offs_a_day_max: int | None
    points_a_day_max: int | None


EARNS_NOTHING = CategoryRule(
    unit="DROP_OFF", points=0, points_outside=0, weight_g_min=1, drop_offs_a_day_max=0, points_a_day_max=None
)


@dataclass(frozen=True, slots=True)
class DayRules:
    """The programme that holds on one day in one community; `categories` by category code."""

    categories: Mapping[str, CategoryRule]
    verdict_bonus_points: int
    misplaced_penalty_points: int
    checking_window_s: int


@dataclass(frozen=True, slots=True)
class DayFact:
    """One drop-off of the day as the rules see it. `verdict` is CORRECT, CONTAMINATED, MISPLACED or ""."""

    category: str
    weight_g: int
    is_in_window: bool
    is_awarding: bool = True
    verdict: str = ""
    is_past_checking: bool = False


@dataclass(frozen=True, slots=True)
class DayPoints:
    """What the day's facts come to, in points. `released` is the part of `awarded` that is out of PENDING."""

    awarded_by_category: Mapping[str, int]
    awarded: int
    released: int
    bonus: int
    penalty: int


def drop_off_points(*, rule: CategoryRule, weight_g: int, is_in_window: bool) -> int:
    """What one drop-off earns before the day's limits; 0 below the minimum weight."""
    if weight_g < rule.weight_g_min:
        return 0
    points = rule.points if is_in_window else rule.points_outside
    return weight_g * points // 1000 if rule.unit == "KG" else points


def category_points(*, rule: CategoryRule, facts: Iterable[DayFact]) -> int:
    """What one category of a day earns: the best drop-offs up to the limit in number, then the limit in points."""
    awards = sorted(
        (
            drop_off_points(rule=rule, weight_g=fact.weight_g, is_in_window=fact.is_in_window)
            for fact in facts
            if fact.is_awarding
        ),
        reverse=True,
    )
    total = sum(awards[: rule.drop_offs_a_day_max])
    return total if rule.points_a_day_max is None else min(total, rule.points_a_day_max)


def day_points(*, rules: DayRules, facts: Iterable[DayFact]) -> DayPoints:
    """What one household's local day comes to.

    A drop-off judged CONTAMINATED or MISPLACED leaves the set; MISPLACED costs the penalty, each. Released is what
    the drop-offs judged CORRECT or past the checking window would earn alone. The bonus is paid once a day, when
    the drop-offs judged CORRECT would earn something alone.
    """
    all_facts = list(facts)
    standing = [fact for fact in all_facts if fact.verdict not in ("CONTAMINATED", "MISPLACED")]
    correct = [fact for fact in standing if fact.verdict == "CORRECT"]
    released = [fact for fact in standing if fact.verdict == "CORRECT" or fact.is_past_checking]
    misplaced_count = sum(1 for fact in all_facts if fact.verdict == "MISPLACED" and fact.is_awarding)
    by_category = _by_category(rules=rules, facts=standing)
    return DayPoints(
        awarded_by_category=by_category,
        awarded=sum(by_category.values()),
        released=sum(_by_category(rules=rules, facts=released).values()),
        bonus=rules.verdict_bonus_points if any(_by_category(rules=rules, facts=correct).values()) else 0,
        penalty=rules.misplaced_penalty_points * misplaced_count,
    )


def _by_category(*, rules: DayRules, facts: list[DayFact]) -> dict[str, int]:
    return {
        category: category_points(rule=rule, facts=[fact for fact in facts if fact.category == category])
        for category, rule in rules.categories.items()
    }
