"""A week as the addresses say it: `?week=2026-W48`, from Monday to Sunday."""

import datetime as dt
import re
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone

WEEKDAYS = "一二三四五六日"
_WEEK = re.compile(r"(\d{4})-W(\d{1,2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from a Monday on."""

    monday: dt.date

    @property
    def days(self) -> list[dt.date]:
        """Monday to Sunday."""
        return [self.monday + dt.timedelta(days=number) for number in range(7)]

    @property
    def text(self) -> str:
        """As addresses carry it."""
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02d}"

    @property
    def words(self) -> str:
        """11月23日 至 11月29日."""
        return f"{self.days[0]:%-m月%-d日} 至 {self.days[-1]:%-m月%-d日}"

    @property
    def before(self) -> str:
        """The week before, as addresses carry it."""
        return Week(self.monday - dt.timedelta(days=7)).text

    @property
    def after(self) -> str:
        """The week after, as addresses carry it."""
        return Week(self.monday + dt.timedelta(days=7)).text


def week_of(*, on: dt.date) -> Week:
    """The week that a date lies in."""
    return Week(on - dt.timedelta(days=on.weekday()))


def week_asked(*, request: HttpRequest) -> Week:
    """The week that the address asks for; this one where it asks for none that there is, within a year or so."""
    today = timezone.localdate()
    found = _WEEK.fullmatch(request.GET.get("week", ""))
    if found is not None:
        try:
            asked = Week(dt.date.fromisocalendar(int(found[1]), int(found[2]), 1))
        except ValueError:
            return week_of(on=today)
        if 2000 <= asked.monday.year <= today.year + 1:
            return asked
    return week_of(on=today)


def day_word(day: dt.date) -> str:
    """11月23日 周一."""
    return f"{day:%-m月%-d日} 周{WEEKDAYS[day.weekday()]}"
