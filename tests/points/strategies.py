"""Rules and facts for property tests: everything that a programme may say, and every kind of drop-off."""

from hypothesis import strategies as st

from points.rules import DayRules, EarningRule
from sorting.categories import CATEGORY_FACTS, SubClass, WasteCategory

DEFAULT_RULES = DayRules(
    by_code={
        "FOOD": EarningRule("DROP_OFF", 10, 5, 200, 2, None),
        "RECYCLABLE": EarningRule("KG", 50, 50, 50, None, 500),
        "HAZARDOUS": EarningRule("DROP_OFF", 20, 20, 1, 1, None),
        "RESIDUAL": EarningRule("DROP_OFF", 0, 0, 1, None, None),
    },
    verdict_bonus_points=5,
    misplaced_penalty_points=10,
    checking_window_s=48 * 3600,
)

WEIGHTS = st.sampled_from((1, 49, 50, 199, 200, 999, 1_620, 9_999, 50_000))
KINDS = [(category.value, "") for category in WasteCategory] + [
    (category.value, sub_class.value) for category, facts in CATEGORY_FACTS.items() for sub_class in facts.sub_classes
]


@st.composite
def earning_rules(draw: st.DrawFn) -> EarningRule:
    """Any rule that the database would take."""
    unit = draw(st.sampled_from(("DROP_OFF", "KG")))
    points = draw(st.sampled_from((0, 1, 7, 10, 50)))
    limit = st.none() | st.integers(0, 3)
    return EarningRule(
        unit=unit,
        points=points,
        points_outside=draw(st.integers(0, points)),
        weight_g_min=draw(st.sampled_from((1, 50, 200))),
        drop_offs_a_day_max=draw(limit) if unit == "DROP_OFF" else None,
        points_a_day_max=draw(st.none() | st.sampled_from((0, 5, 12, 500))),
    )


@st.composite
def day_rules(draw: st.DrawFn) -> DayRules:
    """Any programme: rules for some categories and some sub-classes, with or without a streak."""
    codes = draw(st.sets(st.sampled_from([*WasteCategory.values, *SubClass.values]), max_size=6))
    streak_days = draw(st.none() | st.integers(2, 4))
    return DayRules(
        by_code={code: draw(earning_rules()) for code in sorted(codes)},
        verdict_bonus_points=draw(st.sampled_from((0, 5))),
        misplaced_penalty_points=draw(st.sampled_from((0, 10))),
        contaminated_penalty_points=draw(st.sampled_from((0, 3))),
        streak_days=streak_days,
        streak_bonus_points=draw(st.integers(1, 9)) if streak_days else 0,
        checking_window_s=48 * 3600,
    )
