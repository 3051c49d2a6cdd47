"""A figure as a card: value, target, gap, what it covers, and its interval where it is a sample."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from guides.sample import wilson_interval
from indicators.catalogue import COMPUTED, PILOT_TARGET_AFTER, PILOT_TARGET_BY_2019, Computed
from indicators.definitions import DEFINITIONS
from indicators.facts import CommunityFacts, Period
from indicators.formulas import NO_FIGURE, Figure, Number
from pages.reading_out import NO_DATA, bar_end, number_text, percent_of, state_of

UNITS = {"rate": "%", "households": "户", "kg/person/day": "千克/人·日", "kg": "吨"}
STATES = {"met": "✓ 达标", "missed": "✗ 未达标", "none": "没有数据", "open": "没有定目标"}
STAGE_WORDS = {
    "enrolled": "登记",
    "card_issued": "发卡",
    "first_drop_off": "第一次投放",
    "active_30_days": "30 天内有投放",
    "sorting_right": "30 天内判过且都合格",
}


@dataclass(frozen=True, slots=True)
class Card:
    """One figure. `key` is what its address says; both ends of the bar are per cent of its width."""

    key: str
    name: str
    value: str
    unit: str
    target: str
    gap: str
    state: str
    state_text: str
    milestone: str
    covers: str
    sample: str
    bar_percent: str
    target_percent: str | None


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the funnel: how many households came so far, and what part of the enrolled that is."""

    name: str
    count: str
    share: str
    bar_percent: str


def key_of(*, computed: Computed) -> str:
    """The code, and the measure after a dot where there is one."""
    return f"{computed.code}.{computed.measure}" if computed.measure else computed.code


def in_scope(*, computed: Computed, communities: Sequence[CommunityFacts]) -> list[CommunityFacts]:
    """Those of the communities that the figure is about."""
    return [facts for facts in communities if computed.is_in_scope(facts)]


def figure_of(*, computed: Computed, communities: Sequence[CommunityFacts], period: Period) -> Figure:
    """The figure of these communities; NO_FIGURE where none is in its scope: a sum of nothing is no data."""
    scoped = in_scope(computed=computed, communities=communities)
    return computed.formula(communities=scoped, period=period) if scoped else NO_FIGURE


def cards_of(*, communities: Sequence[CommunityFacts], period: Period) -> list[Card]:
    """Every figure that the platform computes, in the contract's order."""
    return [card_of(computed=computed, communities=communities, period=period) for computed in COMPUTED]


def card_of(*, computed: Computed, communities: Sequence[CommunityFacts], period: Period) -> Card:
    """One figure of these communities in the period."""
    figure = figure_of(computed=computed, communities=communities, period=period)
    given = computed.target(period.ends_on)
    target = None if given is None else Fraction(given)
    state = state_of(value=figure.value, target=target, is_less_better=computed.is_less_better)
    unit, end = UNITS[computed.unit], bar_end(unit=computed.unit, value=figure.value, target=target)
    sign = "≤" if computed.is_less_better else "≥"
    return Card(
        key=key_of(computed=computed),
        name=computed.name_zh,
        value=number_text(value=figure.value, unit=computed.unit),
        unit=unit if figure.value is not None else "",
        target="" if target is None else f"目标 {sign} {number_text(value=target, unit=computed.unit)} {unit}",
        gap=_gap(value=figure.value, target=target, unit=computed.unit),
        state=state,
        state_text=STATES[state],
        milestone=_milestone(computed=computed, figure=figure),
        covers=_covers(computed=computed, communities=communities),
        sample=_sample(figure=figure),
        bar_percent=percent_of(part=figure.value, whole=end),
        target_percent=None if target is None else percent_of(part=target, whole=end, most=99.2),
    )


def stages_of(*, communities: Sequence[CommunityFacts], period: Period) -> list[Stage]:
    """The funnel of the pilot households; no row where no community of these is a pilot."""
    figure = figure_of(computed=COMPUTED[0], communities=communities, period=period)
    stages = figure.stages or {}
    enrolled = stages.get("enrolled") or 0
    return [
        Stage(
            name=STAGE_WORDS[name],
            count=NO_DATA if count is None else f"{count:,}",
            share=NO_DATA if count is None or not enrolled else f"{100 * count / enrolled:.1f} %",
            bar_percent=percent_of(part=count, whole=enrolled or 1),
        )
        for name, count in stages.items()
    ]


def _gap(*, value: Number | None, target: Fraction | None, unit: str) -> str:
    if value is None or target is None:
        return ""
    gap = Fraction(value) - target
    sign = "+" if gap > 0 else "−" if gap < 0 else "±"
    shown = number_text(value=abs(gap), unit=unit)
    return f"差距 {sign}{shown} {'百分点' if unit == 'rate' else UNITS[unit]}"


def _milestone(*, computed: Computed, figure: Figure) -> str:
    """Of the pilot households both steps of the plan: the target above is the one of the period's year."""
    if computed.code != "pilot_households" or figure.value is None:
        return ""
    steps = ((2019, PILOT_TARGET_BY_2019), (2020, PILOT_TARGET_AFTER))
    return ";".join(
        f"{year} 年 {target:,} 户{'✓' if figure.value >= target else f'还差 {int(target - figure.value):,}'}"
        for year, target in steps
    )


def _covers(*, computed: Computed, communities: Sequence[CommunityFacts]) -> str:
    scoped = in_scope(computed=computed, communities=communities)
    definition = DEFINITIONS[computed.code, computed.measure]
    with_data = sum(1 for facts in scoped if definition.has_data(facts))
    return f"{definition.basis};{len(scoped):,} 个小区中 {with_data:,} 个有数据"


def _sample(*, figure: Figure) -> str:
    if figure.sample_count is None:
        return ""
    interval = wilson_interval(right_count=int(figure.numerator or 0), judged_count=figure.sample_count)
    if interval is None:
        return "样本 0"
    return f"样本 {figure.sample_count:,},95 % 区间 {100 * interval.low:.1f} – {100 * interval.high:.1f} %"
