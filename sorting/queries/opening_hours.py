"""When points are open: their usual windows, and the special days that stand in for them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable

from sorting.models import OpenWindow, SpecialDay
from sorting.open_windows import OpeningHours, Window

_SpecialRow = tuple[dt.date, dt.time | None, dt.time | None]


def opening_hours_of(*, point_id: int, days: Collection[dt.date]) -> OpeningHours:
    """The hours of one point on these local dates: two queries, one where there are no dates."""
    usual = OpenWindow.objects.filter(point=point_id).values_list("starts_at", "ends_at")
    special: Iterable[_SpecialRow] = ()
    if days:
        between = SpecialDay.objects.filter(point=point_id, on_date__range=(min(days), max(days)))
        special = between.values_list("on_date", "starts_at", "ends_at")
    return OpeningHours(usual=tuple(usual), special=windows_of_special_days(rows=special))


def windows_of_special_days(*, rows: Iterable[_SpecialRow]) -> dict[dt.date, tuple[Window, ...]]:
    """The windows of each special date: none where one of its rows says that the point stays closed."""
    windows: dict[dt.date, list[Window]] = defaultdict(list)
    closed: set[dt.date] = set()
    for on_date, starts_at, ends_at in rows:
        if starts_at is None or ends_at is None:
            closed.add(on_date)
        else:
            windows[on_date].append((starts_at, ends_at))
    return {on_date: tuple(sorted(each)) for on_date, each in windows.items()} | dict.fromkeys(closed, ())
