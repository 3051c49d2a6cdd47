"""When points are open: their usual windows, and the special days that stand in for them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable

from lib.dialect import adapt, fetch_prepared
from sorting.models import OpenWindow, SpecialDay
from sorting.open_windows import OpeningHours, Window

# As a statement brings them, days and times as objects or as text.
WindowRow = tuple[dt.time | str, dt.time | str]
SpecialRow = tuple[dt.date | str, dt.time | str | None, dt.time | str | None]


def opening_hours_of(*, point_id: int, days: Collection[dt.date]) -> OpeningHours:
    """The hours of one point on these local dates. One statement past the ORM: it stands in every bin's way."""
    first, last = first_and_last(days=days)
    rows = fetch_prepared(_HOURS, [point_id, point_id, adapt(value=first), adapt(value=last)])
    return hours_of_rows(
        usual=[(starts_at, ends_at) for on_date, starts_at, ends_at in rows if on_date is None],
        special=[(on_date, starts_at, ends_at) for on_date, starts_at, ends_at in rows if on_date is not None],
    )


def opening_hours_of_points(*, point_ids: Collection[int], days: Collection[dt.date]) -> dict[int, OpeningHours]:
    """The hours of each of these points on these local dates, in two queries."""
    first, last = first_and_last(days=days)
    usual: dict[int, list[WindowRow]] = defaultdict(list)
    for point_id, *window in OpenWindow.objects.filter(point__in=point_ids).values_list(
        "point_id", "starts_at", "ends_at"
    ):
        usual[point_id].append((window[0], window[1]))
    special: dict[int, list[SpecialRow]] = defaultdict(list)
    days_of_points = SpecialDay.objects.filter(point__in=point_ids, on_date__range=(first, last))
    for point_id, on_date, starts_at, ends_at in days_of_points.values_list(
        "point_id", "on_date", "starts_at", "ends_at"
    ):
        special[point_id].append((on_date, starts_at, ends_at))
    return {each: hours_of_rows(usual=sorted(usual[each]), special=special[each]) for each in point_ids}


def first_and_last(*, days: Collection[dt.date]) -> tuple[dt.date, dt.date]:
    """Between which days special days are looked for; between which there is none where no day is given."""
    return (min(days), max(days)) if days else (dt.date.max, dt.date.min)


def hours_of_rows(*, usual: Iterable[WindowRow], special: Iterable[SpecialRow]) -> OpeningHours:
    """The hours that rows of the two tables tell."""
    of_days = [
        (_date(on_date), _time_or_none(starts_at), _time_or_none(ends_at)) for on_date, starts_at, ends_at in special
    ]
    windows = tuple((_time(starts_at), _time(ends_at)) for starts_at, ends_at in usual)
    return OpeningHours(usual=windows, special=windows_of_special_days(rows=of_days))


_HOURS = """
SELECT NULL AS on_date, starts_at, ends_at FROM sorting_openwindow WHERE point_id = %s
UNION ALL SELECT on_date, starts_at, ends_at FROM sorting_specialday
WHERE point_id = %s AND on_date BETWEEN %s AND %s"""


def _time(value: dt.time | str) -> dt.time:
    return value if isinstance(value, dt.time) else dt.time.fromisoformat(value)


def _time_or_none(value: dt.time | str | None) -> dt.time | None:
    return None if value is None else _time(value)


def _date(value: dt.date | str) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)


def windows_of_special_days(
    *, rows: Iterable[tuple[dt.date, dt.time | None, dt.time | None]]
) -> dict[dt.date, tuple[Window, ...]]:
    """The windows of each special date: none where one of its rows says that the point stays closed."""
    windows: dict[dt.date, list[Window]] = defaultdict(list)
    closed: set[dt.date] = set()
    for on_date, starts_at, ends_at in rows:
        if starts_at is None or ends_at is None:
            closed.add(on_date)
        else:
            windows[on_date].append((starts_at, ends_at))
    return {on_date: tuple(sorted(each)) for on_date, each in windows.items()} | dict.fromkeys(closed, ())
