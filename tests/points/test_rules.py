"""The arithmetic of a day, by example: what each rule pays, and what it does not."""

import datetime as dt
from dataclasses import replace

import pytest

from points.rules import DayFact, DayRules, EarningRule, day_points, household_points
from tests.points.strategies import DEFAULT_RULES

MONDAY = dt.date(2026, 11, 23)


def fact(category: str, weight_g: int, *, inside: bool = True, verdict: str = "", sub_class: str = "") -> DayFact:
    return DayFact(category=category, weight_g=weight_g, is_in_window=inside, verdict=verdict, sub_class=sub_class)


def awarded(*facts: DayFact, rules: DayRules = DEFAULT_RULES) -> int:
    return day_points(rules=rules, facts=facts).awarded


@pytest.mark.parametrize(
    ("what", "facts", "points"),
    [
        ("food waste in the window", [fact("FOOD", 1_620)], 10),
        ("food waste outside of it: half", [fact("FOOD", 1_620, inside=False)], 5),
        ("199 g are no food waste worth counting", [fact("FOOD", 199)], 0),
        ("200 g are", [fact("FOOD", 200)], 10),
        ("the best two of four", [fact("FOOD", 900, inside=each) for each in (False, True, False, True)], 20),
        ("what is too light uses no limit", [fact("FOOD", 100), fact("FOOD", 500), fact("FOOD", 500)], 20),
        ("50 a kilogram, rounded down each time", [fact("RECYCLABLE", 119), fact("RECYCLABLE", 119)], 10),
        ("49 g of paper are too little", [fact("RECYCLABLE", 49)], 0),
        ("500 a day at most by weight", [fact("RECYCLABLE", 9_000), fact("RECYCLABLE", 9_000)], 500),
        ("batteries once a day", [fact("HAZARDOUS", 300), fact("HAZARDOUS", 300)], 20),
        ("residual waste earns nothing", [fact("RESIDUAL", 5_000)], 0),
    ],
)
def test_the_default_programme_pays_what_the_contract_says(what: str, facts: list[DayFact], points: int) -> None:
    assert awarded(*facts) == points, what


def test_a_sub_class_with_a_rule_of_its_own_goes_before_its_category_and_has_its_own_limit() -> None:
    metal = EarningRule(
        unit="KG", points=100, points_outside=100, weight_g_min=1, drop_offs_a_day_max=None, points_a_day_max=300
    )
    rules = replace(DEFAULT_RULES, by_code={**DEFAULT_RULES.by_code, "METAL": metal})
    assert awarded(fact("RECYCLABLE", 1_000, sub_class="METAL"), rules=rules) == 100
    assert awarded(fact("RECYCLABLE", 1_000, sub_class="PAPER"), rules=rules) == 50
    both_full = [fact("RECYCLABLE", 40_000, sub_class="METAL"), fact("RECYCLABLE", 40_000)]
    assert awarded(*both_full, rules=rules) == 300 + 500


def test_mixing_costs_nothing_by_default_and_what_the_programme_says_else() -> None:
    bad = [fact("FOOD", 900, verdict="CONTAMINATED"), fact("FOOD", 900, verdict="MISPLACED"), fact("FOOD", 900)]
    assert (awarded(*bad), day_points(rules=DEFAULT_RULES, facts=bad).penalty) == (10, 10)
    strict = replace(DEFAULT_RULES, contaminated_penalty_points=3)
    assert day_points(rules=strict, facts=bad).penalty == 13


def test_the_bonus_is_paid_once_a_day_and_only_for_what_would_earn() -> None:
    once = [fact("FOOD", 900, verdict="CORRECT"), fact("FOOD", 900, verdict="CORRECT")]
    assert day_points(rules=DEFAULT_RULES, facts=once).bonus == 5
    assert day_points(rules=DEFAULT_RULES, facts=[fact("RESIDUAL", 900, verdict="CORRECT")]).bonus == 0


def streaks(*days_with_food: int) -> list[int]:
    """What the streak adds on each of ten days, when food waste came on these; 4 points from the third day on."""
    rules = replace(DEFAULT_RULES, streak_days=3, streak_bonus_points=4)
    dates = [MONDAY + dt.timedelta(days=day) for day in range(10)]
    facts = {on: [fact("FOOD", 900)] if day in days_with_food else [] for day, on in enumerate(dates)}
    points = household_points(rules=dict.fromkeys(dates, rules), facts=facts)
    return [points[on].streak for on in dates]


def test_the_streak_pays_from_the_third_day_in_a_row_until_a_day_is_left_out() -> None:
    assert streaks(0, 1, 2, 3, 5, 6, 7) == [0, 0, 4, 4, 0, 0, 0, 4, 0, 0]
    assert streaks(0, 1, 3, 4, 6, 7) == [0] * 10


def test_a_day_that_earned_nothing_ends_a_streak() -> None:
    rules = replace(DEFAULT_RULES, streak_days=2, streak_bonus_points=4)
    dates = [MONDAY, MONDAY + dt.timedelta(days=1)]
    facts = {dates[0]: [fact("FOOD", 900, verdict="CONTAMINATED")], dates[1]: [fact("FOOD", 900)]}
    assert household_points(rules=dict.fromkeys(dates, rules), facts=facts)[dates[1]].awarded == 10


def test_the_streak_is_released_with_the_first_of_its_days_own_points() -> None:
    rules = replace(DEFAULT_RULES, streak_days=2, streak_bonus_points=4)
    held = day_points(rules=rules, facts=[fact("FOOD", 900)], earning_days_before=1)
    assert (held.awarded, held.released) == (14, 0)
    checked = day_points(rules=rules, facts=[fact("FOOD", 900, verdict="CORRECT")], earning_days_before=1)
    assert (checked.awarded, checked.released, checked.bonus) == (14, 14, 5)
