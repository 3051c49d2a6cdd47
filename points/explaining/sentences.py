"""The sentence about one drop-off, in words that a neighbour would say."""

import enum
from dataclasses import dataclass

from points.rules import DayFact, EarningRule
from sorting.categories import SubClass, WasteCategory

SHORT_NAMES: dict[str, str] = {
    WasteCategory.RECYCLABLE: "可回收物",
    WasteCategory.HAZARDOUS: "有害垃圾",
    WasteCategory.FOOD: "厨余",
    WasteCategory.RESIDUAL: "其他垃圾",
}
_VERDICTS = {"CONTAMINATED": "核验为混投", "MISPLACED": "核验为误投"}


class Outcome(enum.Enum):
    """What became of a drop-off before bonus and penalty."""

    COUNTED = "counted"
    NOT_AWARDING = "not_awarding"  # it came by a door that brings no points
    REFUTED = "refuted"
    EARNS_NOTHING = "earns_nothing"  # by the programme
    TOO_LIGHT = "too_light"
    OUTSIDE = "outside"  # the window, where the programme pays nothing
    UNDER_A_POINT = "under_a_point"
    NUMBER_FULL = "number_full"
    BETTER_ONES_COUNT = "better_ones_count"
    POINTS_CUT = "points_cut"
    POINTS_FULL = "points_full"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a drop-off has its share, and its `number` among the day's drop-offs that count under its rule."""

    rule: EarningRule
    outcome: Outcome
    number: int = 0


@dataclass(frozen=True, slots=True)
class Parts:
    """What a drop-off came to, in points; `streak_days` is how many days in a row the programme asks for."""

    awarded: int = 0
    streak: int = 0
    streak_days: int = 0
    bonus: int = 0
    penalty: int = 0


def sentence(*, fact: DayFact, is_attributed: bool, reason: Reason, parts: Parts) -> str:
    """ "厨余 1.6 kg,投放时段内,今日第 2 次:+10 分", and the like; what is added or taken besides stands behind."""
    clauses = [f"{_name(fact=fact)} {_weight(weight_g=fact.weight_g, is_exact=reason.rule.unit == 'KG')}"]
    if is_attributed:
        clauses.append("绑卡后补记")
    clauses += _why(fact=fact, reason=reason)
    if parts.awarded:
        clauses[-1] += f":+{parts.awarded} 分"
    else:
        clauses.append("这次不计分" if reason.outcome in _THIS_TIME else "不计分")
    if parts.bonus:
        clauses.append(f"核验合格,另加 {parts.bonus} 分")
    if parts.streak:
        clauses.append(f"已连续 {parts.streak_days} 天得分,另加 {parts.streak} 分")
    if parts.penalty:
        clauses.append(f"扣 {parts.penalty} 分")
    return ",".join(clauses)


_THIS_TIME = (Outcome.NUMBER_FULL, Outcome.BETTER_ONES_COUNT, Outcome.POINTS_FULL)


def _why(*, fact: DayFact, reason: Reason) -> list[str]:
    rule = reason.rule
    match reason.outcome:
        case Outcome.NOT_AWARDING:
            return ["补录的历史记录"]
        case Outcome.REFUTED:
            return [_VERDICTS[fact.verdict]]
        case Outcome.EARNS_NOTHING:
            return ["按方案这一类不给积分"]
        case Outcome.TOO_LIGHT:
            return [f"不足 {_weight(weight_g=rule.weight_g_min, is_exact=True)}"]
        case Outcome.NUMBER_FULL:
            return [f"今日已满 {rule.drop_offs_a_day_max} 次"]
        case Outcome.BETTER_ONES_COUNT:
            return [f"今日只计得分最高的 {rule.drop_offs_a_day_max} 次"]
        case Outcome.POINTS_FULL:
            return [f"今日已满 {rule.points_a_day_max} 分"]
        case Outcome.POINTS_CUT:
            return [*_when(fact=fact, rule=rule), f"今日最多 {rule.points_a_day_max} 分,已到上限"]
        case Outcome.OUTSIDE:
            return ["投放时段外"]
        case Outcome.UNDER_A_POINT:
            return ["不到 1 分"]
        case Outcome.COUNTED:
            number = [] if rule.unit == "KG" else [f"今日第 {reason.number} 次"]
            return [*_when(fact=fact, rule=rule), *number]


def _when(*, fact: DayFact, rule: EarningRule) -> list[str]:
    """The window, where it makes a difference, and the rate, where weight is paid."""
    points = rule.points if fact.is_in_window else rule.points_outside
    when = [] if rule.points == rule.points_outside else ["投放时段内" if fact.is_in_window else "投放时段外"]
    return [*when, f"每千克 {points} 分"] if rule.unit == "KG" else when


def _name(*, fact: DayFact) -> str:
    return SubClass(fact.sub_class).label if fact.sub_class else SHORT_NAMES[fact.category]


def _weight(*, weight_g: int, is_exact: bool) -> str:
    """Grams below a kilogram; above, one decimal, or all of them where points are counted by weight."""
    if weight_g < 1_000:
        return f"{weight_g} g"
    kilograms = f"{weight_g / 1_000:.3f}" if is_exact else f"{weight_g / 1_000:.1f}"
    return f"{kilograms.rstrip('0').rstrip('.')} kg"
