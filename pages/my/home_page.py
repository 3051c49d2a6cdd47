"""Reads the resident's first screen: what the household holds, what today brought and why, where to go next, how the
community sorts, this month against last."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext, gettext_noop, ngettext

from households.models import Household
from indicators.catalogue import Computed
from indicators.formulas import Figure
from indicators.queries.near_home import NearHome, Standing, near_home_of_row, near_home_statement
from indicators.services.standing import STANDING_DAYS
from pages.front_page import ACTIVE_HOUSEHOLDS_MIN
from pages.my.months import month_before
from pages.my.neighbourhood import NO_DATA, bin_line, next_words, percent_text, target_text
from pages.my.words import DropOffLine, bags_text, day_text, drop_off_line, moment_text, points_text, points_unit
from points.explaining.queries import explained_drop_offs
from points.queries.first_screen import FirstScreen, read_first_screen
from points.rules import STREAK_DAYS_MAX

DAY = dt.timedelta(days=1)
STANDING_WORDS = {
    ("participation_rate", None): gettext_noop("参与率"),
    ("recovery_rate", "weighed"): gettext_noop("回收利用率（过磅）"),
    ("recovery_rate", "bin_side"): gettext_noop("回收利用率（桶端估算）"),
    ("sorting_accuracy_rate", "random_sample"): gettext_noop("投放准确率（随机抽样）"),
}


@dataclass(frozen=True, slots=True)
class MonthBar:
    """One month's points and the length of its bar in per cent of the longer one."""

    name: str
    points: str
    bar_percent: str


@dataclass(frozen=True, slots=True)
class PointLines:
    """The household's point: when it is open next, and how full its bins are."""

    name: str
    next_words: str
    bins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CommunityLines:
    """How the community sorts: each rate with the size of its sample and its target, or that it has none."""

    counted: str
    figures: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class HomePage:
    """Everything the template shows."""

    available_points: str
    points_unit: str
    pending_points: str
    pending_sentence: str
    today: str
    today_sentence: str
    streak_sentence: str
    drop_offs: tuple[DropOffLine, ...]
    point: PointLines | None
    community: CommunityLines | None
    months: tuple[MonthBar, ...]
    unread_count: int
    survey_name: str


def read_home(*, household: Household, now: dt.datetime) -> HomePage:
    """The screen at `now`, in three queries: points and surroundings, drop-offs, programme."""
    today = timezone.localdate(now)
    last_month = month_before(month=today.replace(day=1))
    read = read_first_screen(
        household=household,
        since=min(last_month, today - dt.timedelta(days=STREAK_DAYS_MAX)),
        beside=near_home_statement(household=household, first_on=today, last_on=today + DAY, now=now),
    )
    near_home = near_home_of_row(row=read.beside)
    drop_offs = explained_drop_offs(household=household, on=today, now=now, settlements=read.settlements)
    earned = sum(each.points for each in drop_offs)
    return HomePage(
        available_points=f"{read.available_points:,}",
        points_unit=points_unit(points=read.available_points),
        pending_points=f"{read.pending_points:,}" if read.pending_points else "",
        pending_sentence=_pending_sentence(read=read),
        today=day_text(on=today),
        today_sentence=_today_sentence(count=len(drop_offs), points=earned),
        streak_sentence=_streak_sentence(read=read, today=today),
        drop_offs=tuple(drop_off_line(drop_off=each) for each in reversed(drop_offs)),
        point=_point(near_home=near_home, now=now) if near_home.point_name else None,
        community=_community(standing=near_home.standing) if near_home.standing else None,
        months=_months(read=read, last_month=last_month, today=today),
        unread_count=read.unread_count,
        survey_name=near_home.survey_name,
    )


def _pending_sentence(*, read: FirstScreen) -> str:
    points = points_text(points=read.pending_points)
    if not read.next_release_at:
        return gettext("另有 {points}待核验").format(points=points)
    at = moment_text(at=read.next_release_at)
    return gettext("另有 {points}待核验，最早 {at} 起可用").format(points=points, at=at)


def _today_sentence(*, count: int, points: int) -> str:
    if not count:
        return gettext("今天还没有投放。")
    times = ngettext("今天投放 {count} 次", "今天投放 {count} 次", count).format(count=count)
    if not points:
        return gettext("{times}，没有得分，原因写在下面。").format(times=times)
    words = gettext("{times}，得了 {points}。") if points > 0 else gettext("{times}，扣了 {points}。")
    return words.format(times=times, points=points_text(points=abs(points)))


def _streak_sentence(*, read: FirstScreen, today: dt.date) -> str:
    """How many days in a row earned, today included or not yet."""
    if days := read.earning_days(until=today):
        return gettext("连续 {days} 天得分。").format(days=days) if days > 1 else ""
    days = read.earning_days(until=today - DAY)
    if not days:
        return ""
    words = gettext("到昨天连续 {days} 天得分，今天得分就是第 {next_day} 天。")
    return words.format(days=days, next_day=days + 1)


def _point(*, near_home: NearHome, now: dt.datetime) -> PointLines:
    local = timezone.localtime(now)
    today, tomorrow = (near_home.hours.windows_on(day=local.date() + days * DAY) for days in (0, 1))
    bins = (
        bin_line(category=category, rate=rates.get(category))
        for categories, rates in near_home.bins
        for category in categories
    )
    return PointLines(
        name=near_home.point_name,
        next_words=next_words(today=today, tomorrow=tomorrow, local=local),
        bins=tuple(dict.fromkeys(bins)),
    )


def _community(*, standing: Standing) -> CommunityLines:
    is_shown = standing.participating_count >= ACTIVE_HOUSEHOLDS_MIN
    return CommunityLines(
        counted=gettext("近 {days} 天，算到{at}").format(days=STANDING_DAYS, at=moment_text(at=standing.counted_at)),
        figures=tuple(
            (
                gettext(STANDING_WORDS[computed.code, computed.measure]),
                percent_text(figure.value) if is_shown else NO_DATA,
                _beside(computed=computed, figure=figure, on=standing.ends_on) if is_shown else "",
            )
            for computed, figure in standing.figures
        ),
    )


def _beside(*, computed: Computed, figure: Figure, on: dt.date) -> str:
    target = computed.target(on)
    said = target_text(target=target)
    if computed.measure != "random_sample" or not figure.denominator:
        return said
    return gettext("抽 {bags}，{target}").format(bags=bags_text(count=int(figure.denominator)), target=said)


def _months(*, read: FirstScreen, last_month: dt.date, today: dt.date) -> tuple[MonthBar, ...]:
    this_month = today.replace(day=1)
    values = (
        (gettext("本月"), read.net_points(first_on=this_month, last_on=today)),
        (gettext("上月"), read.net_points(first_on=last_month, last_on=this_month - dt.timedelta(days=1))),
    )
    longest = max(1, *(points for _, points in values))
    return tuple(
        MonthBar(name=name, points=points_text(points=points), bar_percent=f"{max(0, points) * 100 / longest:.1f}")
        for name, points in values
    )
