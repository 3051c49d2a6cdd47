"""The sentence about one drop-off, in words that a neighbour would say."""

import enum
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop, ngettext

from points.rules import DayFact, EarningRule
from sorting.categories import SubClass, WasteCategory

SHORT_NAMES: dict[str, str] = {
    WasteCategory.RECYCLABLE: gettext_noop("可回收物"),
    WasteCategory.HAZARDOUS: gettext_noop("有害垃圾"),
    WasteCategory.FOOD: gettext_noop("厨余"),
    WasteCategory.RESIDUAL: gettext_noop("其他垃圾"),
}
_VERDICTS = {"CONTAMINATED": gettext_noop("核验为混投"), "MISPLACED": gettext_noop("核验为误投")}


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
        clauses.append(gettext("绑卡后补记"))
    clauses += _why(fact=fact, reason=reason)
    if parts.awarded:
        clauses[-1] += gettext(":") + _points("+{points} 分", parts.awarded)
    else:
        clauses.append(gettext("这次不计分") if reason.outcome in _THIS_TIME else gettext("不计分"))
    if parts.bonus:
        clauses.append(_points("核验合格,另加 {points} 分", parts.bonus))
    if parts.streak:
        clauses.append(_points("已连续 {days} 天得分,另加 {points} 分", parts.streak, days=parts.streak_days))
    if parts.penalty:
        clauses.append(_points("扣 {points} 分", parts.penalty))
    return gettext(",").join(clauses)


_COUNTED = (
    gettext_noop("+{points} 分"),
    gettext_noop("核验合格,另加 {points} 分"),
    gettext_noop("已连续 {days} 天得分,另加 {points} 分"),
    gettext_noop("扣 {points} 分"),
    gettext_noop("今日已满 {points} 分"),
    gettext_noop("今日最多 {points} 分,已到上限"),
    gettext_noop("每千克 {points} 分"),
)
_THIS_TIME = (Outcome.NUMBER_FULL, Outcome.BETTER_ONES_COUNT, Outcome.POINTS_FULL)


def _why(*, fact: DayFact, reason: Reason) -> list[str]:
    rule = reason.rule
    match reason.outcome:
        case Outcome.NOT_AWARDING:
            return [gettext("补录的历史记录")]
        case Outcome.REFUTED:
            return [gettext(_VERDICTS[fact.verdict])]
        case Outcome.EARNS_NOTHING:
            return [gettext("按方案这一类不给积分")]
        case Outcome.TOO_LIGHT:
            return [gettext("不足 {weight}").format(weight=_weight(weight_g=rule.weight_g_min, is_exact=True))]
        case Outcome.NUMBER_FULL:
            return [gettext("今日已满 {count} 次").format(count=rule.drop_offs_a_day_max)]
        case Outcome.BETTER_ONES_COUNT:
            return [gettext("今日只计得分最高的 {count} 次").format(count=rule.drop_offs_a_day_max)]
        case Outcome.POINTS_FULL:
            return [_points("今日已满 {points} 分", rule.points_a_day_max or 0)]
        case Outcome.POINTS_CUT:
            limit = _points("今日最多 {points} 分,已到上限", rule.points_a_day_max or 0)
            return [*_when(fact=fact, rule=rule), limit]
        case Outcome.OUTSIDE:
            return [gettext("投放时段外")]
        case Outcome.UNDER_A_POINT:
            return [gettext("不到 1 分")]
        case Outcome.COUNTED:
            number = [] if rule.unit == "KG" else [gettext("今日第 {number} 次").format(number=reason.number)]
            return [*_when(fact=fact, rule=rule), *number]


def _when(*, fact: DayFact, rule: EarningRule) -> list[str]:
    """The window, where it makes a difference, and the rate, where weight is paid."""
    points = rule.points if fact.is_in_window else rule.points_outside
    when = (
        []
        if rule.points == rule.points_outside
        else [gettext("投放时段内") if fact.is_in_window else gettext("投放时段外")]
    )
    return [*when, _points("每千克 {points} 分", points)] if rule.unit == "KG" else when


def _points(words: str, points: int, **other: int) -> str:
    """`words` is one of the sentences of _COUNTED."""
    return ngettext(words, words, points).format(points=points, **other)


def _name(*, fact: DayFact) -> str:
    return gettext(SubClass(fact.sub_class).label if fact.sub_class else SHORT_NAMES[fact.category])


def _weight(*, weight_g: int, is_exact: bool) -> str:
    """Grams below a kilogram; above, one decimal, or all of them where points are counted by weight."""
    if weight_g < 1_000:
        return f"{weight_g} g"
    kilograms = f"{weight_g / 1_000:.3f}" if is_exact else f"{weight_g / 1_000:.1f}"
    return f"{kilograms.rstrip('0').rstrip('.')} kg"
