"""The trend: the period in steps beside as many days before it. Pure: rows in, a chart's points and its table out."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indicators.facts import Period
from indicators.formulas import RECOVERABLE_CATEGORIES, rate
from indicators.queries.series import DayWeight
from lib.documents import Cell
from pages.reading_out import NO_DATA
from sorting.categories import CATEGORY_FACTS, WasteCategory

WIDTH, HEIGHT = 720, 220  # the chart's own units; it is as wide as its place
LEFT, RIGHT, TOP, BOTTOM = 48, 8, 16, 28
LABELS_MAX = 8  # along the foot
TARGET_RATE = 0.35
TREND_HEADINGS = ("从", "到", "投放千克", "上一期千克", "可回收物和厨余占比 %")


@dataclass(frozen=True, slots=True)
class Bucket:
    """One step of the period: its first and last day, and the two grams that a rate is made of."""

    starts_on: dt.date
    ends_on: dt.date
    all_g: int
    recoverable_g: int
    before_g: int

    @property
    def recoverable_rate(self) -> float | None:
        """Recyclables and food ÷ all; None without drop-offs."""
        value = rate(numerator=self.recoverable_g, denominator=self.all_g)
        return None if value is None else float(value)


@dataclass(frozen=True, slots=True)
class Bar:
    """One step as it is drawn: the bar, the line of the period before, and the word at its foot."""

    x: str
    width: str
    y: str
    height: str
    before_y: str | None
    middle: str
    label: str


@dataclass(frozen=True, slots=True)
class Trend:
    """The two charts and their table."""

    bars: Sequence[Bar]
    lines: Sequence[str]
    dots: Sequence[tuple[str, str]]
    target_y: str
    top_kg: str
    rows: Sequence[tuple[str, str, str, str]]
    file_rows: Sequence[tuple[Cell, ...]]  # in the order of TREND_HEADINGS
    has_data: bool


@dataclass(frozen=True, slots=True)
class Share:
    """A category's part of all grams, now and in the period before."""

    name: str
    icon: str
    weight: str
    share: str
    share_before: str
    bar_percent: str


def buckets_of(*, period: Period, step: str, rows: Iterable[DayWeight]) -> list[Bucket]:
    """The period's steps in order; weeks begin on Monday.

    A step's "before" lies as many days back as the period has.
    """
    all_g: dict[dt.date, int] = defaultdict(int)
    recoverable_g: dict[dt.date, int] = defaultdict(int)
    for row in rows:
        all_g[row.on] += row.weight_g
        if row.category in RECOVERABLE_CATEGORIES:
            recoverable_g[row.on] += row.weight_g
    shift = dt.timedelta(days=period.day_count)
    found: list[Bucket] = []
    starts_on = period.starts_on
    while starts_on <= period.ends_on:
        ends_on = min(_step_end(on=starts_on, step=step), period.ends_on)
        days = [starts_on + dt.timedelta(days=number) for number in range((ends_on - starts_on).days + 1)]
        found.append(
            Bucket(
                starts_on=starts_on,
                ends_on=ends_on,
                all_g=sum(all_g[day] for day in days),
                recoverable_g=sum(recoverable_g[day] for day in days),
                before_g=sum(all_g[day - shift] for day in days),
            )
        )
        starts_on = ends_on + dt.timedelta(days=1)
    return found


def trend_of(*, buckets: Sequence[Bucket]) -> Trend:
    """Bars of kilograms from zero, and a line of rates with gaps where nothing was dropped off."""
    top_g = max([1, *(max(each.all_g, each.before_g) for each in buckets)])
    slot = (WIDTH - LEFT - RIGHT) / max(len(buckets), 1)
    every = -(-len(buckets) // LABELS_MAX)
    bars, dots, lines = [], [], []
    run: list[str] = []
    for number, each in enumerate(buckets):
        x, middle = LEFT + slot * number, LEFT + slot * (number + 0.5)
        y = _y(part=each.all_g / top_g)
        bars.append(
            Bar(
                x=f"{x + slot * 0.1:.1f}",
                width=f"{slot * 0.8:.1f}",
                y=f"{y:.1f}",
                height=f"{HEIGHT - BOTTOM - y:.1f}",
                before_y=f"{_y(part=each.before_g / top_g):.1f}" if each.before_g else None,
                middle=f"{middle:.1f}",
                label=f"{each.starts_on:%-m.%-d}" if number % every == 0 else "",
            )
        )
        if each.recoverable_rate is None:
            lines.append(" ".join(run))
            run = []
            continue
        dots.append((f"{middle:.1f}", f"{_y(part=each.recoverable_rate):.1f}"))
        run.append(",".join(dots[-1]))
    lines.append(" ".join(run))
    return Trend(
        bars=bars,
        lines=[line for line in lines if " " in line],
        dots=dots,
        target_y=f"{_y(part=TARGET_RATE):.1f}",
        top_kg=f"{top_g / 1_000:,.0f} 千克",
        rows=[_row(bucket=each) for each in buckets],
        file_rows=[_file_row(bucket=each) for each in buckets],
        has_data=any(each.all_g or each.before_g for each in buckets),
    )


def shares_of(*, period: Period, rows: Iterable[DayWeight]) -> list[Share]:
    """What was dropped off by category, beside the period before."""
    now_g: dict[str, int] = defaultdict(int)
    before_g: dict[str, int] = defaultdict(int)
    for row in rows:
        (now_g if row.on >= period.starts_on else before_g)[row.category] += row.weight_g
    all_now, all_before = sum(now_g.values()), sum(before_g.values())
    return [
        Share(
            name=facts.name_zh,
            icon=f"pages/icons/{WasteCategory(category).value.lower()}.svg",
            weight=f"{now_g[category] / 1_000:,.1f}" if all_now else NO_DATA,
            share=_per_cent(part=now_g[category], whole=all_now),
            share_before=_per_cent(part=before_g[category], whole=all_before),
            bar_percent=f"{100 * now_g[category] / (all_now or 1):.1f}",
        )
        for category, facts in CATEGORY_FACTS.items()
    ]


def _step_end(*, on: dt.date, step: str) -> dt.date:
    if step == "day":
        return on
    if step == "week":
        return on + dt.timedelta(days=6 - on.weekday())
    return (on.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def _y(*, part: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - part)


def _row(*, bucket: Bucket) -> tuple[str, str, str, str]:
    days = f"{bucket.starts_on:%Y-%m-%d}"
    if bucket.ends_on != bucket.starts_on:
        days += f" 至 {bucket.ends_on:%m-%d}"
    return (
        days,
        _kg(weight_g=bucket.all_g),
        _kg(weight_g=bucket.before_g),
        _per_cent(part=bucket.recoverable_g, whole=bucket.all_g),
    )


def _file_row(*, bucket: Bucket) -> tuple[Cell, ...]:
    rate_now = bucket.recoverable_rate
    return (
        bucket.starts_on,
        bucket.ends_on,
        bucket.all_g / 1_000 if bucket.all_g else None,
        bucket.before_g / 1_000 if bucket.before_g else None,
        None if rate_now is None else round(100 * rate_now, 4),
    )


def _kg(*, weight_g: int) -> str:
    return f"{weight_g / 1_000:,.1f}" if weight_g else NO_DATA


def _per_cent(*, part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else NO_DATA
