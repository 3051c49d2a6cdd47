"""When something is wrong with a bin, and how it is said. Pure: no ORM."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sorting.categories import WasteCategory
from sorting.fill_forecast import FULL_RATE

OFFLINE_AFTER = dt.timedelta(minutes=15)
NO_LONGER_FULL_RATE = 0.85  # between this and FULL_RATE an alert stays as it is, so that it does not flap
CLOCK_SKEW_S_MAX = 5 * 60
FUTURE_EVENT_WITHIN = dt.timedelta(hours=1)  # how long an event refused as in the future tells of a wrong clock
CLOCK_REFUSED_WITHIN = dt.timedelta(hours=1)  # and how long a request that was refused for its clock does
CLOCK_REFUSALS_MIN = 2  # one alone may be an old request of the bin that somebody recorded
GAP_AFTER_S = 30 * 60  # a bin that sends again what it kept needs a while
SILENT_AFTER = dt.timedelta(minutes=60)
USUAL_DAYS = 14
USUAL_DAYS_MIN = 7  # fewer ordinary days tell nothing of what is usual
USUAL_RATE_MIN = 0.7
RANGES_SHOWN_MAX = 3


@dataclass(frozen=True, slots=True)
class RefusedClock:
    """Requests that were refused for their signing clock alone: the last of them, and how many."""

    refused_at: dt.datetime
    skew_s: float
    count: int


@dataclass(frozen=True, slots=True)
class BinHealth:
    """What is known of one bin. `last_heard_at` is None for a bin that never connected."""

    bin_id: int
    last_heard_at: dt.datetime | None
    clock_skew_s: float | None = None
    refused_clock: RefusedClock | None = None
    fill_rates: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Usual:
    """On how many ordinary days of the last USUAL_DAYS a bin had a drop-off in the first hour of a window."""

    day_count: int
    active_day_count: int

    @property
    def is_busy(self) -> bool:
        return self.day_count >= USUAL_DAYS_MIN and self.active_day_count >= USUAL_RATE_MIN * self.day_count


def is_online(*, last_heard_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether the bin was heard within OFFLINE_AFTER; that moment is still in time."""
    return last_heard_at is not None and last_heard_at >= now - OFFLINE_AFTER


def offline_detail(*, health: BinHealth, now: dt.datetime, zone: dt.tzinfo) -> str | None:
    """Why the bin counts as offline, or None. One that never connected is not offline: it has not begun."""
    if health.last_heard_at is None or is_online(last_heard_at=health.last_heard_at, now=now):
        return None
    if refused_skew_s(health=health, now=now) is not None:
        return None  # it speaks, and is not let in
    return f"最后联系 {health.last_heard_at.astimezone(zone):%Y-%m-%d %H:%M}"


def full_categories(*, fill_rates: Mapping[str, float], already: Mapping[str, str]) -> dict[str, str]:
    """The categories that are full, with the detail to show. `already`: those with an open alert and its detail.

    A heartbeat without any fill rate tells nothing: what was full stays full.
    """
    if not fill_rates:
        return dict(already)
    return {
        category: f"{WasteCategory(category).label} {rate:.0%}"
        for category, rate in fill_rates.items()
        if rate >= (NO_LONGER_FULL_RATE if category in already else FULL_RATE)
    }


def refused_skew_s(*, health: BinHealth, now: dt.datetime) -> float | None:
    """By how much the clock is off with which the bin signs, while its requests are refused for that; else None.

    Over when one was let in since, or none came for CLOCK_REFUSED_WITHIN.
    """
    refused = health.refused_clock
    if refused is None or refused.count < CLOCK_REFUSALS_MIN or refused.refused_at < now - CLOCK_REFUSED_WITHIN:
        return None
    if health.last_heard_at is not None and health.last_heard_at >= refused.refused_at:
        return None
    return refused.skew_s


def clock_detail(*, health: BinHealth, has_future_events: bool, now: dt.datetime) -> str | None:
    """What is wrong with the bin's clock, or None."""
    refused_s = refused_skew_s(health=health, now=now)
    if refused_s is not None:
        return f"{skew_text(skew_s=refused_s)},请求因此被拒收"
    if health.clock_skew_s is not None and abs(health.clock_skew_s) > CLOCK_SKEW_S_MAX:
        return skew_text(skew_s=health.clock_skew_s)
    return "有投放时间超前被拒收" if has_future_events else None


def skew_text(*, skew_s: float) -> str:
    """How far a clock is off, as an officer reads it: 快 3天, 0:05:00."""
    off = str(dt.timedelta(seconds=round(abs(skew_s)))).replace(" days", "天").replace(" day", "天")
    return f"{'快' if skew_s > 0 else '慢'} {off}"


def gap_detail(*, ranges: Sequence[tuple[int, int]]) -> str | None:
    """Which numbers are missing, or None where none is."""
    if not ranges:
        return None
    count = sum(end - start + 1 for start, end in ranges)
    shown = "、".join(f"{start}" if start == end else f"{start}-{end}" for start, end in ranges[:RANGES_SHOWN_MAX])
    return f"缺 {count} 条:{shown}{'…' if len(ranges) > RANGES_SHOWN_MAX else ''}"


def silent_detail(*, window: tuple[dt.time, dt.time], usual: Usual) -> str | None:
    """Why a bin without a drop-off in an open window counts as silent, or None where that is nothing unusual."""
    if not usual.is_busy:
        return None
    minutes = int(SILENT_AFTER.total_seconds() // 60)
    return (
        f"{window[0]:%H:%M}-{window[1]:%H:%M} 开放 {minutes} 分钟仍无投放;"
        f"近 {usual.day_count} 个平常日中 {usual.active_day_count} 天此时已有"
    )
