"""What a household's day earns: pure arithmetic, the specification that the set-based SQL is tested against.

The result is a function of facts alone, so the order of arrival cannot matter: the day's own drop-offs and, for the
streak bonus, whether the days right before it earned anything.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

STREAK_DAYS_MAX = 31  # a corrected day moves at most the streaks of the month after it
REFUTED = ("CONTAMINATED", "MISPLACED")  # a drop-off judged so leaves the set that earns


@dataclass(frozen=True, slots=True)
class EarningRule:
    """What one category or sub-class earns. `unit` is DROP_OFF or KG; None for a limit means there is none."""

    unit: str
    points: int
    points_outside: int
    weight_g_min: int
    drop_offs_a_day_max: int | None
    points_a_day_max: int | None


EARNS_NOTHING = EarningRule(
    unit="DROP_OFF", points=0, points_outside=0, weight_g_min=1, drop_offs_a_day_max=0, points_a_day_max=None
)


@dataclass(frozen=True, slots=True)
class DayRules:
    """The programme that holds on one day in one community.

    `by_code` has the rules by code of the category or sub-class. A rule of a sub-class goes before its category's:
    what it rates has limits of its own, and counts towards no other. `streak_days` is None where no streak pays.
    """

    by_code: Mapping[str, EarningRule]
    verdict_bonus_points: int
    misplaced_penalty_points: int
    checking_window_s: int
    contaminated_penalty_points: int = 0
    streak_days: int | None = None
    streak_bonus_points: int = 0

    def code_for(self, *, category: str, sub_class: str) -> str:
        """The code of the rule that rates such a drop-off: its sub-class's, else its category's."""
        return sub_class if sub_class in self.by_code else category

    def rule_of(self, *, code: str) -> EarningRule:
        """The rule of a code; what the programme does not mention earns nothing."""
        return self.by_code.get(code, EARNS_NOTHING)


@dataclass(frozen=True, slots=True)
class DayFact:
    """One drop-off of the day as the rules see it. `verdict` is CORRECT, CONTAMINATED, MISPLACED or ""."""

    category: str
    weight_g: int
    is_in_window: bool
    is_awarding: bool = True
    verdict: str = ""
    is_past_checking: bool = False
    sub_class: str = ""


@dataclass(frozen=True, slots=True)
class DayPoints:
    """What the day's facts come to, in points. `awarded` is the categories and the streak; `released` is the part of
    it that is out of PENDING."""

    awarded_by_category: Mapping[str, int]
    streak: int
    awarded: int
    released: int
    bonus: int
    penalty: int


def drop_off_points(*, rule: EarningRule, weight_g: int, is_in_window: bool) -> int:
    """What one drop-off earns before the day's limits; 0 below the minimum weight."""
    if weight_g < rule.weight_g_min:
        return 0
    points = rule.points if is_in_window else rule.points_outside
    return weight_g * points // 1000 if rule.unit == "KG" else points


def limited_points(*, rule: EarningRule, facts: Iterable[DayFact]) -> int:
    """What drop-offs under one rule earn in a day: the best up to the limit in number, then the limit in points."""
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


def category_points(*, rules: DayRules, category: str, facts: Iterable[DayFact]) -> int:
    """What one category of a day earns: its sub-classes with a rule of their own each, and the rest together."""
    by_code: dict[str, list[DayFact]] = {}
    for fact in facts:
        if fact.category == category:
            by_code.setdefault(rules.code_for(category=category, sub_class=fact.sub_class), []).append(fact)
    return sum(limited_points(rule=rules.rule_of(code=code), facts=group) for code, group in by_code.items())


def day_points(*, rules: DayRules, facts: Iterable[DayFact], earning_days_before: int = 0) -> DayPoints:
    """What one household's local day comes to.

    A drop-off judged CONTAMINATED or MISPLACED leaves the set and costs that penalty, each. Released is what the
    drop-offs judged CORRECT or past the checking window would earn alone. The bonus is paid once a day, when the
    drop-offs judged CORRECT would earn something alone.

    `earning_days_before` is how many days right before this one earned in a row. From the `streak_days`-th such day
    on, each day that earns adds the streak bonus; it is released with the first of the day's own points.
    """
    all_facts = list(facts)
    standing = [fact for fact in all_facts if fact.verdict not in REFUTED]
    correct = [fact for fact in standing if fact.verdict == "CORRECT"]
    by_category = _by_category(rules=rules, facts=standing)
    earned = sum(by_category.values())
    released = sum(
        _by_category(
            rules=rules, facts=[fact for fact in standing if fact.verdict == "CORRECT" or fact.is_past_checking]
        ).values()
    )
    streak = streak_points(rules=rules, earning_days_before=earning_days_before) if earned else 0
    return DayPoints(
        awarded_by_category=by_category,
        streak=streak,
        awarded=earned + streak,
        released=released + streak if released else 0,
        bonus=rules.verdict_bonus_points if any(_by_category(rules=rules, facts=correct).values()) else 0,
        penalty=sum(penalty_points(rules=rules, fact=fact) for fact in all_facts),
    )


def penalty_points(*, rules: DayRules, fact: DayFact) -> int:
    """What one drop-off costs by its verdict."""
    if not fact.is_awarding:
        return 0
    costs = {"MISPLACED": rules.misplaced_penalty_points, "CONTAMINATED": rules.contaminated_penalty_points}
    return costs.get(fact.verdict, 0)


def streak_points(*, rules: DayRules, earning_days_before: int) -> int:
    """What the streak adds to a day that earns, after so many earning days in a row."""
    if rules.streak_days is None or earning_days_before < rules.streak_days - 1:
        return 0
    return rules.streak_bonus_points


def household_points(
    *, rules: Mapping[dt.date, DayRules], facts: Mapping[dt.date, Iterable[DayFact]]
) -> dict[dt.date, DayPoints]:
    """What all days of one household come to, each by the rules of its own date."""
    result: dict[dt.date, DayPoints] = {}
    earning_days = 0
    last_on: dt.date | None = None
    for on in sorted(facts):
        if last_on is None or on - last_on != dt.timedelta(days=1):
            earning_days = 0
        result[on] = day_points(rules=rules[on], facts=facts[on], earning_days_before=earning_days)
        earning_days = earning_days + 1 if result[on].awarded else 0
        last_on = on
    return result


def _by_category(*, rules: DayRules, facts: list[DayFact]) -> dict[str, int]:
    return {
        category: category_points(rules=rules, category=category, facts=facts)
        for category in sorted({fact.category for fact in facts})
    }
