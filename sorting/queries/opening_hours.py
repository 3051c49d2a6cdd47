"""When points are open: their usual windows, and the special days that stand in for them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable

from lib.dialect import adapt, fetch
from sorting.open_windows import OpeningHours, Window

_SpecialRow = tuple[dt.date, dt.time | None, dt.time | None]


def opening_hours_of(*, point_id: int, days: Collection[dt.date]) -> OpeningHours:
    """The hours of one point on these local dates. One statement past the ORM: it stands in every bin's way."""
    first, last = (min(days), max(days)) if days else (dt.date.max, dt.date.min)
    rows = fetch(_HOURS, [point_id, point_id, adapt(value=first), adapt(value=last)])
    usual = [(_time(starts_at), _time(ends_at)) for on_date, starts_at, ends_at in rows if on_date is None]
    special = [
        (_date(on_date), starts_at and _time(starts_at), ends_at and _time(ends_at))
        for on_date, starts_at, ends_at in rows
        if on_date is not None
    ]
    return OpeningHours(usual=tuple(usual), special=windows_of_special_days(rows=special))


_HOURS = """
SELECT NULL AS on_date, starts_at, ends_at FROM sorting_openwindow WHERE point_id = %s
UNION ALL SELECT on_date, starts_at, ends_at FROM sorting_specialday
WHERE point_id = %s AND on_date BETWEEN %s AND %s"""


def _time(value: dt.time | str) -> dt.time:
    return value if isinstance(value, dt.time) else dt.time.fromisoformat(value)


def _date(value: dt.date | str) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)


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
