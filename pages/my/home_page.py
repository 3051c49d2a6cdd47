"""Reads the resident's first screen: what the household holds, what today brought and why, this month against last."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Case, F, IntegerField, Q, Sum, Value, When
from django.utils import timezone

from households.models import Household, Notice
from pages.my.months import month_before
from pages.my.words import DropOffLine, day_text, drop_off_line, moment_text
from points.explaining.queries import explained_drop_offs
from points.models import DaySettlement
from points.queries.holdings import Holdings, read_holdings


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
    """The screen at `now`."""
    today = timezone.localdate(now)
    holdings = read_holdings(household=household)
    drop_offs = explained_drop_offs(household=household, on=today, now=now)
    earned = sum(each.points for each in drop_offs)
    return HomePage(
        available_points=f"{holdings.available_points:,}",
        pending_points=f"{holdings.pending_points:,}" if holdings.pending_points else "",
        pending_when=_when(holdings=holdings),
        today=day_text(on=today),
        today_sentence=_today_sentence(count=len(drop_offs), points=earned),
        drop_offs=tuple(drop_off_line(drop_off=each) for each in reversed(drop_offs)),
        months=_months(household=household, today=today),
        unread_count=Notice.objects.filter(household=household, read_at__isnull=True).count(),
    )


def _when(*, holdings: Holdings) -> str:
    if not holdings.pending_days:
        return ""
    first = holdings.pending_days[0]
    return f"最早 {moment_text(at=first.next_release_at)} 起可用"


def _today_sentence(*, count: int, points: int) -> str:
    if not count:
        return "今天还没有投放。"
    if points > 0:
        return f"今天投放 {count} 次，得了 {points} 分。"
    return (
        f"今天投放 {count} 次，没有得分，原因写在下面。" if points == 0 else f"今天投放 {count} 次，扣了 {-points} 分。"
    )


def _months(*, household: Household, today: dt.date) -> tuple[MonthBar, ...]:
    this_month = today.replace(day=1)
    last_month = month_before(month=this_month)
    net = F("awarded_points") + F("bonus_points") - F("penalty_points")

    def sum_of(condition: Q) -> Sum:
        return Sum(Case(When(condition, then=net), default=Value(0), output_field=IntegerField()))

    sums = DaySettlement.objects.filter(household=household, occurred_on__gte=last_month).aggregate(
        this=sum_of(Q(occurred_on__gte=this_month)), last=sum_of(Q(occurred_on__lt=this_month))
    )
    values = (("本月", sums["this"] or 0), ("上月", sums["last"] or 0))
    longest = max(1, *(points for _, points in values))
    return tuple(
        MonthBar(name=name, points=f"{points:,} 分", bar_percent=f"{max(0, points) * 100 / longest:.1f}")
        for name, points in values
    )
