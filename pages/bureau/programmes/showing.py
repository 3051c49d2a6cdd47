"""What a programme says, in lines; and a simulation as figures, rows and the geometry of two small charts."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.conf import settings

from points.models import Programme, ProgrammeSimulation, SimulatedCommunity
from points.reward_rules import yuan
from points.rules import DayRules, EarningRule
from points.simulation import BANDS
from sorting.categories import SubClass, WasteCategory

CHART_WIDTH, CHART_HEIGHT, BAR_GAP = 600, 160, 8


def scope(programme: Programme) -> str:
    """Where it holds."""
    return programme.community.name if programme.community else "全区"


def since(programme: Programme) -> str:
    """The day from which it holds; the first one has held from the beginning."""
    return "平台启用时" if programme.drafted_by_id is None else f"{programme.holds_from}"


def lines(*, rules: DayRules) -> list[tuple[str, str]]:
    """(what, what it earns), one line a rule, then bonuses and penalties."""
    told = []
    for choices in (WasteCategory, SubClass):
        for code, label in choices.choices:
            if code in rules.by_code:
                told.append((str(label), _rule(rule=rules.by_code[code])))
    told.append(("核验合格", f"每天首次另加 {rules.verdict_bonus_points} 分"))
    told.append(("混投", f"每次扣 {rules.contaminated_penalty_points} 分"))
    told.append(("误投", f"每次扣 {rules.misplaced_penalty_points} 分"))
    if rules.streak_days is not None:
        told.append(("连续得分", f"从第 {rules.streak_days} 天起,每天另加 {rules.streak_bonus_points} 分"))
    return told


def _rule(*, rule: EarningRule) -> str:
    if 0 in (rule.points, rule.drop_offs_a_day_max, rule.points_a_day_max):
        return "不给积分"
    unit = "每千克" if rule.unit == "KG" else "每次"
    parts = [f"{unit} {rule.points} 分"]
    if rule.points_outside != rule.points:
        parts.append(f"投放时段外 {rule.points_outside} 分")
    if rule.weight_g_min > 1:
        parts.append(f"至少 {rule.weight_g_min:,} 克")
    if rule.drop_offs_a_day_max is not None:
        parts.append(f"每天最多 {rule.drop_offs_a_day_max} 次")
    if rule.points_a_day_max is not None:
        parts.append(f"每天最多 {rule.points_a_day_max:,} 分")
    return ",".join(parts)


def result(*, simulation: ProgrammeSimulation) -> dict[str, Any]:
    """A simulation for the template: how far it is, and once it is complete what came out."""
    rows = list(simulation.communities.select_related("community").order_by("community__name"))
    done = [row for row in rows if row.is_done]
    shown: dict[str, Any] = {
        "first_on": f"{simulation.first_on}",
        "last_on": f"{simulation.last_on}",
        "done_count": len(done),
        "all_count": len(rows),
        "is_complete": len(done) == len(rows),
    }
    if shown["is_complete"]:
        shown |= _figures(simulation=simulation, rows=rows)
    return shown


def _figures(*, simulation: ProgrammeSimulation, rows: list[SimulatedCommunity]) -> dict[str, Any]:
    day_count = (simulation.last_on - simulation.first_on).days + 1
    before, after = (sum(getattr(row, name) for row in rows) for name in ("points_before", "points_after"))
    spread = [sum(row.spread[place] for row in rows) for place in range(len(BANDS))]
    days = [tuple(sum(row.days[place][side] for row in rows) for side in (0, 1)) for place in range(day_count)]
    return {
        "counts": [
            ("多得积分", f"{sum(row.gaining_count for row in rows):,}"),
            ("少得积分", f"{sum(row.losing_count for row in rows):,}"),
            ("不变", f"{sum(row.same_count for row in rows):,}"),
        ],
        "money": [
            (
                "每天积分",
                _points(before, day_count),
                _points(after, day_count),
                _points(after - before, day_count, "+"),
            ),
            (f"{day_count} 天积分", f"{before:,}", f"{after:,}", f"{after - before:+,}"),
            (f"{day_count} 天费用(元)", f"{_yuan(before):,}", f"{_yuan(after):,}", f"{_yuan(after - before):+,}"),
        ],
        "points_per_yuan": settings.POINTS_PER_YUAN,
        "bands": _bands(spread=spread),
        "chart": _chart(days=days, first_on=simulation.first_on, last_on=simulation.last_on),
        "communities": [
            (
                row.community.name,
                f"{row.gaining_count:,}",
                f"{row.losing_count:,}",
                f"{row.same_count:,}",
                f"{row.points_before:,}",
                f"{row.points_after:,}",
                f"{row.points_after - row.points_before:+,}",
            )
            for row in rows
        ],
    }


def _points(points: int, day_count: int, sign: str = "") -> str:
    return f"{points / day_count:{sign},.1f}"


def _yuan(points: int) -> Decimal:
    return yuan(points=points, points_per_yuan=settings.POINTS_PER_YUAN)


def _bands(*, spread: list[int]) -> list[dict[str, Any]]:
    most = max(*spread, 1)
    return [
        {"label": label, "count": f"{count:,}", "width": round(200 * count / most)}
        for label, count in zip(BANDS, spread, strict=True)
    ]


def _chart(*, days: list[tuple[int, ...]], first_on: dt.date, last_on: dt.date) -> dict[str, Any]:
    """Two lines from zero, one point a day. Points are "x,y" of a picture CHART_WIDTH wide."""
    most = max((max(day) for day in days), default=0)
    least = min(0, *(min(day) for day in days))
    step = CHART_WIDTH / max(len(days) - 1, 1)

    def line(side: int) -> str:
        return " ".join(
            f"{place * step:.1f},{CHART_HEIGHT - (day[side] - least) * CHART_HEIGHT / max(most - least, 1):.1f}"
            for place, day in enumerate(days)
        )

    return {
        "before": line(0),
        "after": line(1),
        "most": f"{most:,}",
        "label": f"{first_on} 到 {last_on} 每天的积分:实际与新方案",
        "rows": [
            (f"{first_on + dt.timedelta(days=place)}", f"{day[0]:,}", f"{day[1]:,}") for place, day in enumerate(days)
        ],
    }
