"""The draft form: what stands in it, and what an officer typed, turned into the rules of points.rules."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from points.models import Programme, RuleUnit
from points.rules import DayRules, EarningRule
from sorting.categories import CATEGORY_FACTS, SubClass, WasteCategory

# (end of the field's name, its label, the attribute of an EarningRule, whether empty means "no limit")
NUMBERS = (
    ("points", "积分", "points", False),
    ("outside", "时段外积分", "points_outside", False),
    ("min", "最低重量(克)", "weight_g_min", False),
    ("times", "每日最多次数", "drop_offs_a_day_max", True),
    ("most", "每日最多积分", "points_a_day_max", True),
)
TERMS = (
    ("verdict_bonus_points", "核验合格奖励(分,每天一次)"),
    ("contaminated_penalty_points", "混投扣减(分,每次)"),
    ("misplaced_penalty_points", "误投扣减(分,每次)"),
    ("streak_days", "连续几天起有奖励(天,空着就没有)"),
    ("streak_bonus_points", "连续奖励(分,每天)"),
)
NOT_A_NUMBER = "请填整数"


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed: the rules, as far as they can be read, and what cannot, by field or code."""

    name: str
    reason: str
    holds_from: dt.date | None
    rules: DayRules
    faults: Mapping[str, str]


def values_of(*, programme: Programme, rules: DayRules, holds_from: dt.date) -> dict[str, str]:
    """The form's values for a new draft that begins with what holds."""
    values = {"name": "", "reason": "", "holds_from": f"{holds_from}"}
    for field, _label in TERMS:
        value = getattr(rules, field)
        values[field] = "" if value is None else str(value)
    for code, rule in rules.by_code.items():
        values[f"{code}-unit"] = rule.unit
        for end, _label, attribute, _is_limit in NUMBERS:
            value = getattr(rule, attribute)
            values[f"{code}-{end}"] = "" if value is None else str(value)
    return values


def read(*, data: Mapping[str, str], base: DayRules) -> Typed:
    """Read a form. A category or sub-class without points has no rule; the checking window stays as it is in `base`."""
    faults: dict[str, str] = {}
    by_code = {}
    for code in (*WasteCategory.values, *SubClass.values):
        if data.get(f"{code}-points", "").strip():
            by_code[code] = _rule(data=data, code=code, faults=faults)
    terms = {field: _number(text=data.get(field, ""), key=field, faults=faults) for field, _label in TERMS}
    rules = replace(
        base,
        by_code=by_code,
        verdict_bonus_points=terms["verdict_bonus_points"] or 0,
        contaminated_penalty_points=terms["contaminated_penalty_points"] or 0,
        misplaced_penalty_points=terms["misplaced_penalty_points"] or 0,
        streak_days=terms["streak_days"],
        streak_bonus_points=terms["streak_bonus_points"] or 0,
    )
    try:
        holds_from = dt.date.fromisoformat(data.get("holds_from", ""))
    except ValueError:
        holds_from = None
        faults["holds_from"] = "请选一个日期"
    return Typed(
        name=data.get("name", ""), reason=data.get("reason", ""), holds_from=holds_from, rules=rules, faults=faults
    )


def groups(*, values: Mapping[str, str], faults: Mapping[str, str]) -> list[dict[str, object]]:
    """The rows of rules for the template: each category, and its sub-classes, which may have rules of their own."""
    return [
        {
            "category": _row(code=category.value, label=facts.name_zh, values=values, faults=faults),
            "sub_classes": [
                _row(code=each.value, label=each.label, values=values, faults=faults) for each in facts.sub_classes
            ],
            "is_open": any(values.get(f"{each.value}-points") or each.value in faults for each in facts.sub_classes),
        }
        for category, facts in CATEGORY_FACTS.items()
    ]


def terms(*, values: Mapping[str, str], faults: Mapping[str, str]) -> list[dict[str, str]]:
    """The fields of bonuses and penalties for the template."""
    return [
        {"name": field, "label": label, "value": values.get(field, ""), "fault": faults.get(field, "")}
        for field, label in TERMS
    ]


def _row(*, code: str, label: str, values: Mapping[str, str], faults: Mapping[str, str]) -> dict[str, object]:
    chosen = values.get(f"{code}-unit", RuleUnit.DROP_OFF.value)
    return {
        "code": code,
        "label": label,
        "fault": faults.get(code, ""),
        "units": [(unit.value, unit.label, unit.value == chosen) for unit in RuleUnit],
        "numbers": [
            {"name": f"{code}-{end}", "label": label_of_number, "value": values.get(f"{code}-{end}", "")}
            for end, label_of_number, _attribute, _is_limit in NUMBERS
        ],
    }


def _rule(*, data: Mapping[str, str], code: str, faults: dict[str, str]) -> EarningRule:
    read = {end: _number(text=data.get(f"{code}-{end}", ""), key=code, faults=faults) for end, *_ in NUMBERS}
    points = read["points"] or 0
    outside = read["outside"]
    return EarningRule(
        unit=data.get(f"{code}-unit", "") if data.get(f"{code}-unit") in RuleUnit.values else RuleUnit.DROP_OFF.value,
        points=points,
        points_outside=points if outside is None else outside,
        weight_g_min=read["min"] or 1,
        drop_offs_a_day_max=read["times"],
        points_a_day_max=read["most"],
    )


def _number(*, text: str, key: str, faults: dict[str, str]) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 6):  # more than any limit here
        faults[key] = NOT_A_NUMBER
        return 0
    return int(text)
