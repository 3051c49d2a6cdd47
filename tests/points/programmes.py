"""Programmes as rows, from the plain rules of points.rules."""

import datetime as dt

from households.models import Community
from points.models import PointRule, Programme
from points.rules import DayRules
from sorting.categories import CATEGORY_FACTS

_CATEGORY_OF = {
    code: category.value
    for category, facts in CATEGORY_FACTS.items()
    for code in (category.value, *(each.value for each in facts.sub_classes))
}


def make_programme_of(
    *, rules: DayRules, holds_from: dt.date, community: Community | None = None, food_points: int = 0
) -> Programme:
    """A programme that says exactly these rules; with `food_points`, so many for each bag of food waste besides."""
    programme = Programme.objects.create(
        name="试验方案",
        community=community,
        holds_from=holds_from,
        verdict_bonus_points=rules.verdict_bonus_points,
        misplaced_penalty_points=rules.misplaced_penalty_points,
        contaminated_penalty_points=rules.contaminated_penalty_points,
        streak_days=rules.streak_days,
        streak_bonus_points=rules.streak_bonus_points,
        checking_window_s=rules.checking_window_s,
    )
    for code, rule in rules.by_code.items():
        PointRule.objects.create(
            programme=programme,
            category=_CATEGORY_OF[code],
            sub_class="" if code in CATEGORY_FACTS else code,
            unit=rule.unit,
            points=rule.points,
            points_outside=rule.points_outside,
            weight_g_min=rule.weight_g_min,
            drop_offs_a_day_max=rule.drop_offs_a_day_max,
            points_a_day_max=rule.points_a_day_max,
        )
    if food_points:
        PointRule.objects.create(
            programme=programme, category="FOOD", unit="DROP_OFF", points=food_points, points_outside=food_points
        )
    return programme
