"""Programmes as rows, from the plain rules of points.rules."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from households.models import Community
from people.models import User
from points.models import PointRule, Programme, ProgrammeState
from points.rules import DayRules
from sorting.categories import CATEGORY_FACTS
from tests.conftest import NOON

_CATEGORY_OF = {
    code: category.value
    for category, facts in CATEGORY_FACTS.items()
    for code in (category.value, *(each.value for each in facts.sub_classes))
}


def make_programme(*, rules: Iterable[PointRule] = (), **columns: Any) -> Programme:
    """An approved programme with these rules, as if two officers had brought it about the day before it holds."""
    drafter, decider = (User.objects.get_or_create(username=name)[0] for name in ("drafter", "decider"))
    programme = Programme.objects.create(**columns, state=ProgrammeState.DRAFT, drafted_by=drafter, drafted_at=NOON)
    for rule in rules:
        rule.programme = programme
        rule.save()
    programme.state, programme.decided_by, programme.decided_at = ProgrammeState.APPROVED, decider, NOON
    programme.decided_on = programme.holds_from - dt.timedelta(days=1)
    programme.save()
    return programme


def make_programme_of(
    *, rules: DayRules, holds_from: dt.date, community: Community | None = None, food_points: int = 0
) -> Programme:
    """A programme that says exactly these rules; with `food_points`, so many for each bag of food waste besides."""
    rows = [
        PointRule(category=_CATEGORY_OF[code], sub_class="" if code in CATEGORY_FACTS else code, **asdict(rule))
        for code, rule in rules.by_code.items()
    ]
    if food_points:
        rows.append(PointRule(category="FOOD", unit="DROP_OFF", points=food_points, points_outside=food_points))
    return make_programme(
        name="试验方案",
        community=community,
        holds_from=holds_from,
        verdict_bonus_points=rules.verdict_bonus_points,
        misplaced_penalty_points=rules.misplaced_penalty_points,
        contaminated_penalty_points=rules.contaminated_penalty_points,
        streak_days=rules.streak_days,
        streak_bonus_points=rules.streak_bonus_points,
        checking_window_s=rules.checking_window_s,
        rules=rows,
    )
