"""Coming and going: one open shift a guide, only where one is assigned, held against the roster by the minute."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from guides.models import GuideAssignment, RosterSlot, Shift
from guides.punctuality import SHIFT_MAX, Slot, punctuality
from guides.queries import community_ids_of_guide
from guides.queries.shifts import open_shift_and_unread, roster_week
from guides.services.shifts import Place, PointNotFound, ShiftOpen, end_forgotten_shifts, end_shift, start_shift
from guides.services.verdicts import judge_drop_off
from households.models import Household
from people.models import User
from sorting.models import CollectionPoint, SmartBin
from tests.builders import at, make_drop_off
from tests.conftest import TODAY

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


def open_shift(*, guide: User, now: dt.datetime) -> Shift | None:
    """By what the guide is on duty at that moment."""
    given = community_ids_of_guide(guide=guide, on=timezone.localdate(now))
    return open_shift_and_unread(guide=guide, community_ids=given, now=now)[0]


@pytest.mark.django_db
def test_chen_comes_and_goes(chen: User, bin_07: SmartBin, now: dt.datetime) -> None:
    shift = start_shift(guide=chen, point_id=bin_07.point_id, now=now)
    assert (shift.latitude, shift.longitude, shift.photo) == (None, None, None), "the place is told by consent only"
    assert open_shift(guide=chen, now=now) == shift
    assert start_shift(guide=chen, point_id=bin_07.point_id, now=now + MINUTE) == shift
    assert end_shift(guide=chen, now=now + MINUTE * 90)
    assert not end_shift(guide=chen, now=now + MINUTE * 91)
    assert open_shift(guide=chen, now=now + MINUTE * 91) is None
    placed = start_shift(guide=chen, point_id=bin_07.point_id, now=now + MINUTE * 99, place=Place(34.02, 113.85))
    assert (placed.latitude, placed.longitude) == (34.02, 113.85)


@pytest.mark.django_db
def test_chen_is_in_one_place_at_a_time_and_never_at_wangs(
    chen: User, bin_07: SmartBin, wang: Household, now: dt.datetime
) -> None:
    north = CollectionPoint.objects.create(community=bin_07.point.community, name="北门")
    start_shift(guide=chen, point_id=bin_07.point_id, now=now)
    with pytest.raises(ShiftOpen):
        start_shift(guide=chen, point_id=north.pk, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Shift.objects.create(guide=chen, point=north, started_at=now)
    west = CollectionPoint.objects.create(community=wang.community, name="西门")
    end_shift(guide=chen, now=now)
    with pytest.raises(PointNotFound):
        start_shift(guide=chen, point_id=west.pk, now=now)


@pytest.mark.django_db
def test_a_substitute_comes_on_the_days_given_only(zhao: User, bin_07: SmartBin, now: dt.datetime) -> None:
    GuideAssignment.objects.create(guide=zhao, community=bin_07.point.community, starts_on=TODAY, ends_on=TODAY)
    with pytest.raises(PointNotFound):
        start_shift(guide=zhao, point_id=bin_07.point_id, now=now + dt.timedelta(days=1))
    assert start_shift(guide=zhao, point_id=bin_07.point_id, now=now).pk


@pytest.mark.django_db
def test_a_substitute_who_forgets_to_clock_out_is_off_duty_with_the_day_that_was_given(
    zhao: User, bin_07: SmartBin, now: dt.datetime
) -> None:
    GuideAssignment.objects.create(guide=zhao, community=bin_07.point.community, starts_on=TODAY, ends_on=TODAY)
    shift = start_shift(guide=zhao, point_id=bin_07.point_id, now=at(on=TODAY, hour=18))
    assert open_shift(guide=zhao, now=at(on=TODAY, hour=23)) == shift
    after_midnight = at(on=TODAY + DAY, hour=0, minute=20)
    assert open_shift(guide=zhao, now=after_midnight) is None, "whether or not anything has ended it yet"
    assert (end_forgotten_shifts(now=after_midnight), end_forgotten_shifts(now=after_midnight)) == (1, 0)
    shift.refresh_from_db()
    assert (shift.ended_at, shift.is_left_open) == (at(on=TODAY + DAY, hour=0), True)


@pytest.mark.django_db
def test_chen_who_forgets_to_clock_out_is_off_duty_after_twelve_hours_and_begins_anew(
    chen: User, bin_07: SmartBin, now: dt.datetime
) -> None:
    forgotten = start_shift(guide=chen, point_id=bin_07.point_id, now=now)
    limit = now + SHIFT_MAX
    assert end_forgotten_shifts(now=limit - MINUTE) == 0
    assert open_shift(guide=chen, now=limit - MINUTE) == forgotten
    assert open_shift(guide=chen, now=limit) is None
    assert not end_shift(guide=chen, now=limit + MINUTE), "too late: it is ended as forgotten"
    again = start_shift(guide=chen, point_id=bin_07.point_id, now=now + DAY)
    forgotten.refresh_from_db()
    assert again != forgotten
    assert (forgotten.ended_at, forgotten.is_left_open, again.is_left_open) == (limit, True, False)


@pytest.mark.django_db
def test_a_shift_that_nothing_has_ended_yet_places_no_verdict_after_its_limit(
    chen: User, bin_07: SmartBin, now: dt.datetime
) -> None:
    Shift.objects.create(guide=chen, point=bin_07.point, started_at=now)
    for moment, where in ((now + SHIFT_MAX - MINUTE, bin_07.point), (now + SHIFT_MAX, None)):
        bag = make_drop_off(smart_bin=bin_07, occurred_at=now)
        judged = judge_drop_off(
            guide=chen, drop_off_id=bag.pk, verdict="CORRECT", now=moment, client_id=f"tap-{bag.pk}"
        )
        assert judged.point == where


@pytest.mark.parametrize(
    ("came", "went", "late_min", "early_min"),
    [
        ("07:00", "09:00", 0, 0),
        ("06:50", "09:20", 0, 0),
        ("07:05", "08:55", 0, 0),
        ("07:06", "08:54", 6, 6),
        ("07:40", None, 40, 0),
    ],
)
def test_five_minutes_are_nobodys_business(came: str, went: str | None, late_min: int, early_min: int) -> None:
    def moment(text: str) -> dt.datetime:
        return at(on=TODAY, hour=int(text[:2]), minute=int(text[3:]))

    slot = Slot(point_id=7, starts_at=moment("07:00"), ends_at=moment("09:00"))
    found = punctuality(
        point_id=7,
        started_at=moment(came),
        ended_at=moment(went) if went else None,
        slots=[slot],
        now=moment("08:00"),
    )
    assert (found.slot, found.late_min, found.early_min) == (slot, late_min, early_min)


def test_a_shift_that_no_slot_touches_is_neither_late_nor_early() -> None:
    slot = Slot(point_id=7, starts_at=at(on=TODAY, hour=7), ends_at=at(on=TODAY, hour=9))
    for point_id, hour in ((8, 7), (7, 9), (7, 5)):
        started_at = at(on=TODAY, hour=hour)
        found = punctuality(
            point_id=point_id,
            started_at=started_at,
            ended_at=started_at + MINUTE * 120,
            slots=[slot],
            now=at(on=TODAY, hour=22),
        )
        assert found.slot is None
        assert (found.late_min, found.early_min) == (0, 0)


@pytest.mark.django_db
def test_the_week_shows_who_came_late_and_where_nobody_came(chen: User, bin_07: SmartBin, now: dt.datetime) -> None:
    for on in (TODAY, TODAY + dt.timedelta(days=1)):
        for starts, ends in ((7, 9), (18, 20)):
            RosterSlot.objects.create(
                guide=chen, point=bin_07.point, on_date=on, starts_at=dt.time(starts), ends_at=dt.time(ends)
            )
    Shift.objects.create(
        guide=chen,
        point=bin_07.point,
        started_at=at(on=TODAY, hour=7, minute=20),
        ended_at=at(on=TODAY, hour=8, minute=30),
    )
    days = roster_week(guide=chen, monday=TODAY, now=now)
    assert [day.on_date for day in days] == [TODAY + dt.timedelta(days=number) for number in range(7)]
    (seen,) = days[0].shifts
    assert (seen.punctuality.late_min, seen.punctuality.early_min) == (20, 30)
    assert [[slot.starts_at.hour for slot in day.slots] for day in days[:3]] == [[18], [7, 18], []]
