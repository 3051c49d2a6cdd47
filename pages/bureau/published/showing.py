"""Published figures as people and spreadsheets read them."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from indicators.catalogue import COMPUTED, Computed
from indicators.models import PublishedFigure, PublishedRule
from indicators.queries.restated import FigurePair
from lib.documents import Cell
from pages.bureau.dashboard.cards import UNITS
from pages.reading_out import NO_DATA, number_text

FILE_HEADINGS = (
    "月份", "范围", "指标代码", "口径", "指标", "单位", "数值", "分子", "分母", "样本数", "公式版本", "积分方案",
    "今天的数值", "差",
)  # fmt: skip
DISTRICT = "全区"
GONE = "今天没有这一项"
_BY_KEY: Mapping[tuple[str, str], Computed] = {(each.code, each.measure or ""): each for each in COMPUTED}
_FILE_UNITS = {"rate": "比率", "households": "户", "kg/person/day": "千克/人·日", "kg": "千克"}
_FIELDS = {"numerator": "分子", "denominator": "分母", "sample_count": "样本数", "formula_version": "公式版本"}


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure beside another reading of it. `others` says which of its parts differ too."""

    name: str
    value: str
    numerator: str
    denominator: str
    version: str
    other: str
    difference: str
    is_changed: bool
    others: str
    since: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A programme on its days of the month."""

    place: str
    programme_id: int
    name: str
    days: str


def name_of(*, figure: PublishedFigure) -> str:
    """As the dashboard calls it; the code of one that it no longer has."""
    computed = _BY_KEY.get((figure.code, figure.measure))
    return computed.name_zh if computed else f"{figure.code} {figure.measure}".strip()


def figure_row(*, pair: FigurePair, since: dt.datetime | None = None, gone: str = GONE) -> FigureRow:
    """The published side first, the other side beside it."""
    figure, today = pair.published or PublishedFigure(), pair.today or PublishedFigure()
    changes = list(pair.changes)
    others = [
        f"{_FIELDS[field]} {_part_text(was)} → {_part_text(is_now)}"
        for field, was, is_now in changes
        if field in _FIELDS and pair.today and pair.published
    ]
    others += ["漏斗有变动" for field, _was, _now in changes if field == "stages" and pair.today and pair.published]
    return FigureRow(
        name=name_of(figure=pair.either),
        value=value_text(figure=figure),
        numerator=_part_text(figure.numerator),
        denominator=_part_text(figure.denominator),
        version=f"v{figure.formula_version}" if pair.published else NO_DATA,
        other=value_text(figure=today) if pair.today else gone,
        difference=_difference(pair=pair),
        is_changed=bool(changes),
        others=";".join(others),
        since=f"{since:%Y-%m-%d %H:%M}" if since and changes else "",
    )


def value_text(*, figure: PublishedFigure) -> str:
    """With its unit; — where there is none."""
    if not figure.value:
        return NO_DATA
    computed = _BY_KEY.get((figure.code, figure.measure))
    if computed is None:
        return _part_text(figure.value)
    return f"{number_text(value=Fraction(figure.value), unit=computed.unit)} {UNITS[computed.unit]}"


def rule_rows(*, rules: Iterable[PublishedRule], names: Mapping[int, str]) -> list[RuleRow]:
    """The district's, then those of communities with a programme of their own."""
    return [
        RuleRow(
            place=DISTRICT if rule.community_id is None else names.get(rule.community_id, NO_DATA),
            programme_id=rule.programme_id,
            name=f"{rule.programme.name}(第 {rule.programme_id} 号)",
            days=_days(rule),
        )
        for rule in rules
    ]


def file_rows(
    *, month: dt.date, pairs: Sequence[FigurePair], rules: Sequence[PublishedRule], names: Mapping[int, str]
) -> Iterator[tuple[Cell, ...]]:
    """In the order of FILE_HEADINGS; numbers as numbers, rates 0..1, kilograms exact."""
    by_place: dict[int | None, str] = {}
    for rule in rules:
        before = by_place.get(rule.community_id)
        words = f"{rule.programme.name}(第 {rule.programme_id} 号,{_days(rule)})"
        by_place[rule.community_id] = f"{before};{words}" if before else words
    for pair in pairs:
        figure, today, key = pair.published or PublishedFigure(), pair.today or PublishedFigure(), pair.either
        computed = _BY_KEY.get((key.code, key.measure))
        yield (
            f"{month:%Y-%m}",
            DISTRICT if key.community_id is None else names.get(key.community_id, f"{key.community_id}"),
            key.code,
            key.measure,
            name_of(figure=key),
            _FILE_UNITS[computed.unit] if computed else "",
            _number(figure.value),
            _number(figure.numerator),
            _number(figure.denominator),
            figure.sample_count,
            figure.formula_version,
            by_place.get(key.community_id, by_place.get(None, "")),
            _number(today.value),
            _number(str(Fraction(today.value) - Fraction(figure.value))) if today.value and figure.value else None,
        )


def _days(rule: PublishedRule) -> str:
    return f"{rule.starts_on:%m-%d} 至 {rule.ends_on:%m-%d}"


def _difference(*, pair: FigurePair) -> str:
    """From the published to the other side, never rounded to nothing; "" where either has no value."""
    was, is_now = (each.value if each else "" for each in (pair.published, pair.today))
    if not was or not is_now or was == is_now:
        return ""
    computed = _BY_KEY.get((pair.either.code, pair.either.measure))
    unit = computed.unit if computed else ""
    by = Fraction(is_now) - Fraction(was)
    scaled, digits, word = {
        "rate": (100 * by, 1, " 个百分点"),
        "kg": (by / 1_000, 1, " 吨"),
        "kg/person/day": (by, 2, " 千克/人·日"),
        "households": (by, 0, " 户"),
    }.get(unit, (by, 3, ""))
    text = f"{float(scaled):+,.{digits}f}"
    return f"{text if float(text.replace(',', '')) else f'{float(scaled):+.1g}'}{word}"


def _part_text(text: str) -> str:
    """Whole numbers with thousands, others to the gram."""
    if not text:
        return NO_DATA
    number = Fraction(text)
    return f"{int(number):,}" if number.denominator == 1 else f"{float(number):,.3f}"


def _number(text: str) -> int | float | None:
    if not text:
        return None
    number = Fraction(text)
    if number.denominator == 1:
        return int(number)
    return float(number)
