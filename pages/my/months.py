"""Which month a screen shows: from the address, never after this one."""

import datetime as dt
import re

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


def month_asked(*, text: str, today: dt.date) -> dt.date:
    """The first day of the month in "2026-11"; this month where the text is none or lies ahead."""
    found = _MONTH.fullmatch(text)
    this_month = today.replace(day=1)
    return min(dt.date(int(found[1]), int(found[2]), 1), this_month) if found else this_month


def month_before(*, month: dt.date) -> dt.date:
    """The first day of the month before."""
    return (month - dt.timedelta(days=1)).replace(day=1)


def month_after(*, month: dt.date) -> dt.date:
    """The first day of the month after."""
    return (month + dt.timedelta(days=31)).replace(day=1)


def month_key(*, month: dt.date) -> str:
    """ "2026-11", as addresses carry it."""
    return f"{month:%Y-%m}"
