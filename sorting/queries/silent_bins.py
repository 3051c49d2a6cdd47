"""Bins that are silent in an open window though they usually are not.

A bin is silent when its point's window has been open for SILENT_AFTER, nothing was dropped off in it since the window
opened, and on at least USUAL_RATE_MIN of the ordinary days among the last USUAL_DAYS (at least USUAL_DAYS_MIN of them)
it had a drop-off within SILENT_AFTER of the same window's opening. Special days are not ordinary: none is counted, and
on one nobody is called silent. A point without windows is open all day and has no hour at which to expect anybody.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from zoneinfo import ZoneInfo

from django.db.models import Max, Q

from sorting.alert_rules import SILENT_AFTER, USUAL_DAYS, Usual, silent_detail
from sorting.models import DropOff, OpenWindow, SpecialDay
from sorting.open_windows import Window
from sorting.queries.bin_health import bins_in_service
from sorting.services.events import AHEAD_S_MAX


def newly_silent(*, already: Collection[int], now: dt.datetime, zone: ZoneInfo) -> dict[int, str]:
    """Bin → detail, of the bins that are silent now, without those that are known to be."""
    local = now.astimezone(zone)
    windows = _windows_open_for_long(local=local)
    bins = bins_in_service(now=now).filter(point__in=windows).exclude(pk__in=list(already))
    bins = bins.exclude(point__special_days__on_date=local.date())
    places = {pk: (point_id, registered_at) for pk, point_id, registered_at in bins.values_list(*_PLACE)}
    heard = _last_drop_offs(since=_at(day=local.date(), time=dt.time.min, zone=zone), bin_ids=None)
    quiet: dict[Window, set[int]] = defaultdict(set)
    for bin_id, (point_id, _) in places.items():
        window = windows[point_id]
        last = heard.get(bin_id)
        if last is None or last < _at(day=local.date(), time=window[0], zone=zone):
            quiet[window].add(bin_id)
    special = _special_dates(local=local, point_ids={point_id for point_id, _ in places.values()})
    found: dict[int, str] = {}
    for window, bin_ids in quiet.items():
        active = _active_days(bin_ids=bin_ids, window=window, local=local, zone=zone)
        for bin_id in bin_ids:
            point_id, registered_at = places[bin_id]
            ordinary = _days_before(local=local, since=registered_at.astimezone(zone).date()) - special[point_id]
            usual = Usual(day_count=len(ordinary), active_day_count=len(active[bin_id] & ordinary))
            if detail := silent_detail(window=window, usual=usual):
                found[bin_id] = detail
    return found


def still_silent(*, opened: Mapping[int, dt.datetime]) -> set[int]:
    """Of bins found silent, by the moment of that, those of which nothing dropped off since came.

    What was dropped off within SILENT_AFTER before counts too: it came late.
    """
    if not opened:
        return set()
    heard = _last_drop_offs(since=min(opened.values()) - SILENT_AFTER, bin_ids=opened.keys())
    return {
        bin_id
        for bin_id, opened_at in opened.items()
        if bin_id not in heard or heard[bin_id] < opened_at - SILENT_AFTER
    }


_PLACE = ("pk", "point_id", "registered_at")


def _at(*, day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, time, tzinfo=zone)


def _windows_open_for_long(*, local: dt.datetime) -> dict[int, Window]:
    """Point → its window that is open now and has been for SILENT_AFTER."""
    opened_by = local - SILENT_AFTER
    if opened_by.date() != local.date():
        return {}
    rows = OpenWindow.objects.filter(starts_at__lte=opened_by.time(), ends_at__gt=local.time())
    return {point_id: (starts_at, ends_at) for point_id, starts_at, ends_at in rows.values_list(*_WINDOW)}


_WINDOW = ("point_id", "starts_at", "ends_at")


def _last_drop_offs(*, since: dt.datetime, bin_ids: Collection[int] | None) -> dict[int, dt.datetime]:
    """Bin → its latest drop-off that occurred since then; found by the batches, which came no earlier."""
    drop_offs = DropOff.objects.filter(
        batch__received_at__gte=since - dt.timedelta(seconds=AHEAD_S_MAX), occurred_at__gte=since
    )
    if bin_ids is not None:
        drop_offs = drop_offs.filter(batch__bin__in=list(bin_ids))
    return dict(drop_offs.values_list("bin_id").annotate(last=Max("occurred_at")))


def _days_before(*, local: dt.datetime, since: dt.date) -> set[dt.date]:
    """The last USUAL_DAYS whole days, not before `since`."""
    days = (local.date() - dt.timedelta(days=number) for number in range(1, USUAL_DAYS + 1))
    return {day for day in days if day >= since}


def _special_dates(*, local: dt.datetime, point_ids: set[int]) -> defaultdict[int, set[dt.date]]:
    first = local.date() - dt.timedelta(days=USUAL_DAYS)
    rows = SpecialDay.objects.filter(on_date__range=(first, local.date())).values_list("point_id", "on_date")
    dates: defaultdict[int, set[dt.date]] = defaultdict(set)
    for point_id, on_date in rows:
        if point_id in point_ids:
            dates[point_id].add(on_date)
    return dates


def _active_days(
    *, bin_ids: set[int], window: Window, local: dt.datetime, zone: ZoneInfo
) -> defaultdict[int, set[dt.date]]:
    """Bin → the days on which it had a drop-off within SILENT_AFTER of the window's opening."""
    first = local.date() - dt.timedelta(days=USUAL_DAYS)
    hours = Q()
    for number in range(USUAL_DAYS):
        opened_at = _at(day=first + dt.timedelta(days=number), time=window[0], zone=zone)
        hours |= Q(occurred_at__gte=opened_at, occurred_at__lt=opened_at + SILENT_AFTER)
    drop_offs = DropOff.objects.filter(
        hours,
        batch__bin__in=list(bin_ids),
        batch__received_at__gte=_at(day=first, time=dt.time.min, zone=zone) - dt.timedelta(seconds=AHEAD_S_MAX),
    )
    days: defaultdict[int, set[dt.date]] = defaultdict(set)
    for bin_id, occurred_on in drop_offs.values_list("bin_id", "occurred_on").distinct():
        days[bin_id].add(occurred_on)
    return days
