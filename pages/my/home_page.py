"""Reads the resident's first screen: what the household holds, what today brought and why, this month against last."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from households.models import Household
from pages.my.months import month_before
from pages.my.words import DropOffLine, day_text, drop_off_line, moment_text
from points.explaining.queries import explained_drop_offs
from points.queries.first_screen import FirstScreen, read_first_screen
from points.rules import STREAK_DAYS_MAX


@dataclass(frozen=True, slots=True)
class MonthBar:
    """One month's points and the length of its bar in per cent of the longer one."""

    name: str
    points: str
    bar_percent: str


@dataclass(frozen=True, slots=True)
class HomePage:
    """Everything the template shows."""

    available_points: str
    pending_points: str
    pending_when: str
    today: str
    today_sentence: str
    drop_offs: tuple[DropOffLine, ...]
    months: tuple[MonthBar, ...]
    unread_count: int


def read_home(*, household: Household, now: dt.datetime) -> HomePage:
    """The screen at `now`, in three queries: points, drop-offs, programme."""
    today = timezone.localdate(now)
    last_month = month_before(month=today.replace(day=1))
    read = read_first_screen(household=household, since=min(last_month, today - dt.timedelta(days=STREAK_DAYS_MAX)))
    drop_offs = explained_drop_offs(household=household, on=today, now=now, settlements=read.settlements)
    earned = sum(each.points for each in drop_offs)
    return HomePage(
        available_points=f"{read.available_points:,}",
        pending_points=f"{read.pending_points:,}" if read.pending_points else "",
        pending_when=_when(read=read),
        today=day_text(on=today),
        today_sentence=_today_sentence(count=len(drop_offs), points=earned),
        drop_offs=tuple(drop_off_line(drop_off=each) for each in reversed(drop_offs)),
        months=_months(read=read, last_month=last_month, today=today),
        unread_count=read.unread_count,
    )


def _when(*, read: FirstScreen) -> str:
    return f"最早 {moment_text(at=read.next_release_at)} 起可用" if read.next_release_at else ""


def _today_sentence(*, count: int, points: int) -> str:
    if not count:
        return "今天还没有投放。"
    if points > 0:
        return f"今天投放 {count} 次，得了 {points} 分。"
    return (
        f"今天投放 {count} 次，没有得分，原因写在下面。" if points == 0 else f"今天投放 {count} 次，扣了 {-points} 分。"
    )


def _months(*, read: FirstScreen, last_month: dt.date, today: dt.date) -> tuple[MonthBar, ...]:
    this_month = today.replace(day=1)
    values = (
        ("本月", read.net_points(first_on=this_month, last_on=today)),
        ("上月", read.net_points(first_on=last_month, last_on=this_month - dt.timedelta(days=1))),
    )
    longest = max(1, *(points for _, points in values))
    return tuple(
        MonthBar(name=name, points=f"{points:,} 分", bar_percent=f"{max(0, points) * 100 / longest:.1f}")
        for name, points in values
    )
