"""What the roster calls things: plain values for the templates."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils import timezone

from guides.queries.rosters import PointWeek, SlotSeen
from guides.register_document import LEFT_OPEN, name_of
from guides.roster_gaps import Hours
from pages.weeks import Week, day_word


@dataclass(frozen=True, slots=True)
class SlotShown:
    """A planned shift in words. `state` says what became of it; `is_bad` that somebody should look."""

    slot_id: int
    hours: str
    guide: str
    stands_in_for: str
    state: str
    is_bad: bool


@dataclass(frozen=True, slots=True)
class GapShown:
    """Hours without anybody. `query` fills the form with them; empty where they are over."""

    hours: str
    query: str


@dataclass(frozen=True, slots=True)
class DayShown:
    """One day of a point."""

    word: str
    is_today: bool
    slots: list[SlotShown]
    gaps: list[GapShown]


@dataclass(frozen=True, slots=True)
class PointShown:
    """One week of a point."""

    point_id: int
    name: str
    community_id: int
    days: list[DayShown]


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """Counts of planned shifts, gaps that can still be filled, substitutes, and what somebody should look at."""

    slot_count: int
    gap_count: int
    substitute_count: int
    bad_count: int


def points_shown(*, weeks: Iterable[PointWeek], week: Week) -> list[PointShown]:
    """The weeks of points in words."""
    now = timezone.now()
    return [
        PointShown(
            point_id=each.point.pk,
            name=each.point.name,
            community_id=each.point.community_id,
            days=[
                DayShown(
                    word=day_word(day.on_date),
                    is_today=day.on_date == timezone.localdate(now),
                    slots=[_slot(seen=seen, now=now) for seen in day.slots],
                    gaps=[
                        _gap(hours=hours, point_id=each.point.pk, on=day.on_date, week=week, now=now)
                        for hours in day.gaps
                    ],
                )
                for day in each.days
            ],
        )
        for each in weeks
    ]


def week_figures(points: Iterable[PointShown]) -> WeekFigures:
    """The week's counts over these points."""
    days = [day for point in points for day in point.days]
    slots = [slot for day in days for slot in day.slots]
    return WeekFigures(
        slot_count=len(slots),
        gap_count=sum(gap.query != "" for day in days for gap in day.gaps),
        substitute_count=sum(slot.stands_in_for != "" for slot in slots),
        bad_count=sum(slot.is_bad for slot in slots),
    )


def _slot(*, seen: SlotSeen, now: dt.datetime) -> SlotShown:
    state, is_bad = _state(seen=seen, now=now)
    slot = seen.slot
    return SlotShown(
        slot_id=slot.pk,
        hours=f"{slot.starts_at:%H:%M}–{slot.ends_at:%H:%M}",
        guide=name_of(slot.guide),
        stands_in_for=name_of(slot.stands_in_for) if slot.stands_in_for else "",
        state=state,
        is_bad=is_bad,
    )


def _state(*, seen: SlotSeen, now: dt.datetime) -> tuple[str, bool]:
    if seen.held is None:
        if seen.is_missed(now=now):
            return "没有到岗", True
        if seen.is_late(now=now):
            return "还没到岗", True
        return ("", False) if seen.is_theirs else ("当天没有分配这个小区", True)
    shift, held = seen.held
    words = [f"迟到 {held.late_min} 分钟"] if held.late_min else []
    words += [f"早退 {held.early_min} 分钟"] if held.early_min else []
    words += [LEFT_OPEN] if shift.is_left_open else []
    return " ".join(["在岗" if shift.ended_at is None else "到岗", *words]), bool(words)


def _gap(*, hours: Hours, point_id: int, on: dt.date, week: Week, now: dt.datetime) -> GapShown:
    local = timezone.localtime(now)
    is_over = (on, hours.ends_at) <= (local.date(), local.time())
    asked = {
        "week": week.text,
        "point": point_id,
        "days": f"{on:%Y-%m-%d}",
        "starts_at": f"{hours.starts_at:%H:%M}",
        "ends_at": f"{hours.ends_at:%H:%M}",
    }
    return GapShown(
        hours=f"{hours.starts_at:%H:%M}–{hours.ends_at:%H:%M}", query="" if is_over else f"?{urlencode(asked)}#plan"
    )
