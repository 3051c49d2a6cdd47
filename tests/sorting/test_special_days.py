"""A holiday in a point's windows: what holds on that local date instead, and what it does to points."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from households.models import Household
from sorting.models import Door, DropOff, OpenWindow, SmartBin, SpecialDay
from sorting.open_windows import END_OF_DAY, OpeningHours
from tests.sorting.test_recording import event, record
from tests.worker.test_tally import balances
from worker.tally import drain

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 11, 23)


def special(smart_bin: SmartBin, on: dt.date, *hours: int) -> None:
    """The bin's point keeps these hours on that date; none: it stays closed."""
    times: list[dt.time | None] = [dt.time(hour) for hour in hours]
    times = times or [None, None]
    SpecialDay.objects.create(point=smart_bin.point, on_date=on, starts_at=times[0], ends_at=times[1])


def is_in_window(event_id: str) -> bool:
    return DropOff.objects.get(event_id=event_id).is_in_window


def test_on_an_ordinary_day_the_usual_windows_hold(bin_07: SmartBin, zhang: Household, now: dt.datetime) -> None:
    special(bin_07, MONDAY - dt.timedelta(days=1))
    special(bin_07, MONDAY + dt.timedelta(days=1))
    record(bin_07, [event()], now)
    drain(now=now)
    assert is_in_window("e-1")
    assert balances(zhang)[0] == 10


def test_on_a_closed_day_nothing_is_inside_a_window_and_earns_half(
    bin_07: SmartBin, zhang: Household, now: dt.datetime
) -> None:
    special(bin_07, MONDAY)
    record(bin_07, [event(), event("e-2", occurred_at="2026-11-23T03:00:00+08:00")], now)
    drain(now=now)
    assert not is_in_window("e-1")
    assert not is_in_window("e-2")
    assert balances(zhang)[0] == 5 + 5


def test_a_special_day_with_hours_of_its_own_has_these_and_not_the_usual(
    bin_07: SmartBin, zhang: Household, now: dt.datetime
) -> None:
    special(bin_07, MONDAY, 9, 10)
    special(bin_07, MONDAY, 11, 12)
    at = {"e-1": "07:12", "e-2": "09:00", "e-3": "10:00", "e-4": "11:59"}
    record(bin_07, [event(each, occurred_at=f"2026-11-23T{time}:00+08:00") for each, time in at.items()], now)
    drain(now=now)
    assert [is_in_window(each) for each in at] == [False, True, False, True]
    assert balances(zhang)[0] == 10 + 10  # the two best of the day


def test_closed_and_hours_on_one_date_is_closed(bin_07: SmartBin, zhang: Household, now: dt.datetime) -> None:
    special(bin_07, MONDAY, 7, 9)
    special(bin_07, MONDAY)
    record(bin_07, [event()], now)
    assert not is_in_window("e-1")


def test_a_point_that_is_open_all_day_is_closed_on_its_special_day(
    bin_07: SmartBin, zhang: Household, now: dt.datetime
) -> None:
    OpenWindow.objects.all().delete()
    special(bin_07, MONDAY)
    record(bin_07, [event(), event("e-2", occurred_at="2026-11-22T23:59:59.999999+08:00")], now)
    assert not is_in_window("e-1")
    assert is_in_window("e-2")


def test_the_local_date_decides_not_that_of_greenwich(bin_07: SmartBin, zhang: Household, now: dt.datetime) -> None:
    """07:12 on Monday in Shanghai is still Sunday in Greenwich."""
    special(bin_07, MONDAY)
    record(bin_07, [event(occurred_at="2026-11-22T23:12:33Z")], now)
    assert not is_in_window("e-1")


def test_another_points_holiday_is_not_ours(bin_07: SmartBin, zhang: Household, now: dt.datetime) -> None:
    other = type(bin_07.point).objects.create(community=bin_07.point.community, name="西门")
    SpecialDay.objects.create(point=other, on_date=MONDAY)
    record(bin_07, [event()], now)
    assert is_in_window("e-1")


def test_each_event_of_a_back_filled_batch_has_its_own_day(
    bin_07: SmartBin, zhang: Household, now: dt.datetime
) -> None:
    special(bin_07, dt.date(2026, 10, 20))
    days = [f"2026-10-{day}" for day in (19, 20, 21)]
    record(bin_07, [event(day, occurred_at=f"{day}T07:30:00+08:00") for day in days], now)
    assert [is_in_window(day) for day in days] == [True, False, True]


def test_what_came_before_the_day_was_entered_stays_as_it_was(
    bin_07: SmartBin, zhang: Household, now: dt.datetime
) -> None:
    record(bin_07, [event()], now)
    special(bin_07, MONDAY)
    record(bin_07, [event(), event("e-2")], now)
    assert is_in_window("e-1")
    assert not is_in_window("e-2")


def test_special_days_cost_a_batch_one_query(bin_07: SmartBin, zhang: Household, now: dt.datetime) -> None:
    events: list[object] = [event(f"e-{day}", occurred_at=f"2026-11-{day:02}T07:30:00+08:00") for day in range(1, 24)]
    with CaptureQueriesContext(connection) as queries:
        record(bin_07, events, now, door=Door.HTTP)
    assert sum("sorting_specialday" in each["sql"] for each in queries) == 1
    assert DropOff.objects.count() == 23


def test_a_window_until_midnight_ends_with_the_day() -> None:
    hours = OpeningHours(usual=((dt.time(22), END_OF_DAY),))
    last = dt.datetime(2026, 11, 23, 23, 59, 59, 999_999)  # noqa: DTZ001 - the district's clock
    assert hours.is_open(at=last)
    assert not hours.is_open(at=last + dt.timedelta(microseconds=1))
