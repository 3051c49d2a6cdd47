"""The roster: planned by officers, without two places at a time, with gaps that show and substitutes for one day."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from guides.models import GuideAssignment, RosterSlot, Shift
from guides.queries import community_ids_of_guide
from guides.queries.rosters import PointDay, roster_of_points
from guides.queries.shifts import roster_week
from guides.roster_gaps import Hours, gaps
from guides.services.rosters import (
    GuideBusy,
    GuideNotAssigned,
    PlannedHours,
    SlotInvalid,
    SlotNotFound,
    SlotPassed,
    SubstituteUnknown,
    copy_to_next_week,
    name_substitute,
    plan_shifts,
    remove_slot,
)
from guides.services.shifts import PointNotFound, start_shift
from households.models import Community
from people.models import StaffNotice, User
from sorting.models import CollectionPoint, SmartBin, SpecialDay
from tests.builders import at
from tests.conftest import TODAY

DAY = dt.timedelta(days=1)
TUESDAY = TODAY + DAY


def hours(point: CollectionPoint, *days: dt.date, starts: int = 7, ends: int = 9) -> PlannedHours:
    return PlannedHours(point=point, days=frozenset(days), starts_at=dt.time(starts), ends_at=dt.time(ends))


@pytest.fixture
def chens_tuesday(chen: User, zhao: User, bin_07: SmartBin, now: dt.datetime) -> RosterSlot:
    """Chen is planned at the east gate on Tuesday morning."""
    plan_shifts(guide=chen, hours=hours(bin_07.point, TUESDAY), officer=zhao, now=now)
    return RosterSlot.objects.get()


def _days(community: Community, now: dt.datetime) -> list[PointDay]:
    (week,) = roster_of_points(communities=[community], monday=TODAY, now=now)
    return week.days


@pytest.mark.parametrize(
    ("planned", "left"),
    [
        ([], [(7, 9), (18, 20)]),
        ([(7, 9), (18, 20)], []),
        ([(6, 8)], [(8, 9), (18, 20)]),
        ([(8, 19)], [(7, 8), (19, 20)]),
        ([(18, 19), (7, 8), (18, 20)], [(8, 9)]),
        ([(9, 18)], [(7, 9), (18, 20)]),
    ],
)
def test_a_gap_is_what_nobody_covers(planned: list[tuple[int, int]], left: list[tuple[int, int]]) -> None:
    def made(pairs: list[tuple[int, int]]) -> list[Hours]:
        return [Hours(dt.time(starts), dt.time(ends)) for starts, ends in pairs]

    assert gaps(windows=made([(18, 20), (7, 9)]), planned=made(planned)) == made(left)


@pytest.mark.django_db
def test_zhao_plans_chens_week_and_the_hours_left_open_show(
    chen: User, zhao: User, bin_07: SmartBin, now: dt.datetime
) -> None:
    point = bin_07.point
    SpecialDay.objects.create(point=point, on_date=TODAY + 5 * DAY)
    SpecialDay.objects.create(point=point, on_date=TODAY + 6 * DAY, starts_at=dt.time(8), ends_at=dt.time(12))
    week = [TODAY + number * DAY for number in range(1, 5)]
    assert plan_shifts(guide=chen, hours=hours(point, *week), officer=zhao, now=now) == 4
    shown = _days(point.community, now)
    assert [[gap.starts_at.hour for gap in day.gaps] for day in shown] == [[7, 18], [18], [18], [18], [18], [], [8]]
    assert [seen.slot.planned_by for day in shown for seen in day.slots] == [zhao] * 4


@pytest.mark.django_db
def test_chen_is_planned_in_one_place_at_a_time_and_only_where_assigned(
    chens_tuesday: RosterSlot, chen: User, zhao: User, west_park: Community, now: dt.datetime
) -> None:
    point = chens_tuesday.point
    north = CollectionPoint.objects.create(community=point.community, name="北门")
    west = CollectionPoint.objects.create(community=west_park, name="西门")
    for refused, planned in (
        (GuideBusy, hours(north, TUESDAY + DAY, TUESDAY, starts=8, ends=10)),
        (GuideNotAssigned, hours(west, TUESDAY, starts=18, ends=20)),
        (SlotPassed, hours(point, TODAY)),
        (SlotInvalid, hours(point)),
        (SlotInvalid, hours(point, TUESDAY, starts=9, ends=9)),
    ):
        with pytest.raises(refused):
            plan_shifts(guide=chen, hours=planned, officer=zhao, now=now)
    assert RosterSlot.objects.get() == chens_tuesday, "all of the days or none"
    assert plan_shifts(guide=chen, hours=hours(north, TUESDAY, starts=9, ends=10), officer=zhao, now=now) == 1


@pytest.mark.django_db
def test_a_substitute_sees_the_community_on_that_day_and_no_other(
    chens_tuesday: RosterSlot, chen: User, ming: User, zhao: User, now: dt.datetime
) -> None:
    point, other = chens_tuesday.point, at(on=TUESDAY + DAY, hour=7)
    slot = name_substitute(slot_id=chens_tuesday.pk, guide_id=ming.pk, reach=None, officer=zhao, now=now)
    assert (slot.guide, slot.stands_in_for) == (ming, chen)
    assert start_shift(guide=ming, point_id=point.pk, now=at(on=TUESDAY, hour=7)).pk
    Shift.objects.all().delete()
    for moment in (now, other):
        with pytest.raises(PointNotFound):
            start_shift(guide=ming, point_id=point.pk, now=moment)
    # Both see it in their week: one as a turn of somebody else's, the other as given away.
    for guide in (chen, ming):
        (shown,) = [slot for day in roster_week(guide=guide, monday=TODAY, now=now) for slot in day.slots]
        assert (shown.guide, shown.stands_in_for) == (ming, chen)
    (seen,) = _days(point.community, now)[1].slots
    assert seen.is_theirs


@pytest.mark.django_db
def test_chen_comes_back_and_the_substitutes_day_is_over(
    chens_tuesday: RosterSlot, chen: User, ming: User, zhao: User, now: dt.datetime
) -> None:
    community_id = chens_tuesday.point.community_id
    for who in (ming, chen):
        name_substitute(slot_id=chens_tuesday.pk, guide_id=who.pk, reach=None, officer=zhao, now=now)
        assert (community_id in community_ids_of_guide(guide=ming, on=TUESDAY)) == (who == ming)
    assert RosterSlot.objects.get().stands_in_for is None
    assert community_id in community_ids_of_guide(guide=chen, on=TUESDAY), "Chen's own assignment is another"
    # Two slots on the day: the first one removed leaves the day, the second takes it along.
    evening = hours(chens_tuesday.point, TUESDAY, starts=18, ends=20)
    plan_shifts(guide=chen, hours=evening, officer=zhao, now=now)
    slot_ids = list(RosterSlot.objects.values_list("pk", flat=True))
    for slot_id in slot_ids:
        name_substitute(slot_id=slot_id, guide_id=ming.pk, reach=None, officer=zhao, now=now)
    for slot_id, is_left in zip(slot_ids, (True, False), strict=True):
        remove_slot(slot_id=slot_id, reach=None, now=now)
        assert (community_id in community_ids_of_guide(guide=ming, on=TUESDAY)) == is_left


@pytest.mark.django_db
def test_nobody_stands_in_who_is_no_guide_or_busy_or_beyond_the_officers_reach(
    chens_tuesday: RosterSlot, chen: User, ming: User, zhao: User, now: dt.datetime
) -> None:
    def name(guide: User, reach: list[str] | None = None) -> RosterSlot:
        communities = None if reach is None else Community.objects.filter(name__in=reach)
        return name_substitute(slot_id=chens_tuesday.pk, guide_id=guide.pk, reach=communities, officer=zhao, now=now)

    for guide, reach in ((zhao, None), (chen, None), (ming, ["东湖花园"])):
        with pytest.raises(SubstituteUnknown):
            name(guide, reach)
    with pytest.raises(SlotNotFound):
        name(ming, ["西园新村"])
    west = CollectionPoint.objects.create(community=Community.objects.get(name="西园新村"), name="西门")
    plan_shifts(guide=ming, hours=hours(west, TUESDAY, starts=8, ends=10), officer=zhao, now=now)
    with pytest.raises(GuideBusy):
        name(ming)
    assert not GuideAssignment.objects.filter(is_stand_in=True).exists()
    RosterSlot.objects.filter(guide=ming).delete()
    assert name(ming, ["东湖花园", "西园新村"]).guide == ming


@pytest.mark.django_db
def test_what_is_over_stays_as_it_was_planned(
    chens_tuesday: RosterSlot, ming: User, zhao: User, now: dt.datetime
) -> None:
    after = at(on=TUESDAY, hour=9)
    with pytest.raises(SlotPassed):
        remove_slot(slot_id=chens_tuesday.pk, reach=None, now=after)
    with pytest.raises(SlotPassed):
        name_substitute(slot_id=chens_tuesday.pk, guide_id=ming.pk, reach=None, officer=zhao, now=after)
    (seen,) = _days(chens_tuesday.point.community, after)[1].slots
    assert seen.is_missed(now=after)
    assert not seen.is_missed(now=after - dt.timedelta(minutes=1))
    assert not seen.is_late(now=at(on=TUESDAY, hour=7, minute=5))
    assert seen.is_late(now=at(on=TUESDAY, hour=7, minute=6))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_do_not_plan_chen_in_two_places(
    chen: User, zhao: User, bin_07: SmartBin, now: dt.datetime
) -> None:
    points = [CollectionPoint.objects.create(community=bin_07.point.community, name=f"{n} 号门") for n in range(8)]

    def plan(number: int) -> str:
        planned = PlannedHours(
            point=points[number], days=frozenset({TUESDAY}), starts_at=dt.time(7, number), ends_at=dt.time(9)
        )
        try:
            plan_shifts(guide=chen, hours=planned, officer=zhao, now=now)
        except GuideBusy:
            return "busy"
        finally:
            connection.close()
        return "planned"

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(plan, range(8))) == ["busy"] * 7 + ["planned"]


@pytest.mark.django_db
def test_a_slot_of_a_guide_who_lost_the_community_covers_nothing(
    chens_tuesday: RosterSlot, chen: User, now: dt.datetime
) -> None:
    GuideAssignment.objects.filter(guide=chen).update(ends_on=TODAY)
    day = _days(chens_tuesday.point.community, now)[1]
    assert not day.slots[0].is_theirs
    assert [gap.starts_at.hour for gap in day.gaps] == [7, 18]


@pytest.mark.django_db
def test_a_week_is_copied_once_and_a_substitute_is_not(
    chens_tuesday: RosterSlot, chen: User, ming: User, zhao: User, now: dt.datetime
) -> None:
    name_substitute(slot_id=chens_tuesday.pk, guide_id=ming.pk, reach=None, officer=zhao, now=now)
    slots = list(RosterSlot.objects.all())
    assert copy_to_next_week(slots=slots, officer=zhao, now=now + 14 * DAY) == 0, "nothing is planned in the past"
    assert [copy_to_next_week(slots=slots, officer=zhao, now=now) for _ in range(2)] == [1, 0]
    copied = RosterSlot.objects.get(on_date=TUESDAY + 7 * DAY)
    assert (copied.guide, copied.stands_in_for, copied.starts_at) == (chen, None, dt.time(7))


@pytest.mark.django_db
def test_nobody_is_their_own_substitute_and_a_substitutes_day_is_one_day(chens_tuesday: RosterSlot, chen: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RosterSlot.objects.update(stands_in_for=chen)
    with pytest.raises(IntegrityError), transaction.atomic():
        GuideAssignment.objects.filter(guide=chen).update(is_stand_in=True)


def _told(user: User) -> list[str]:
    return list(StaffNotice.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


@pytest.mark.django_db
def test_chen_and_the_substitute_are_told_of_every_change_of_the_roster(
    chen: User, ming: User, zhao: User, bin_07: SmartBin, now: dt.datetime
) -> None:
    plan_shifts(guide=chen, hours=hours(bin_07.point, TUESDAY, TUESDAY + DAY), officer=zhao, now=now)
    slot = RosterSlot.objects.earliest("on_date")
    when = "11月24日 07:00–09:00 东门"
    assert _told(chen) == [f"新排班 2 班:{when};11月25日 07:00–09:00 东门"]
    for number, guide in enumerate((ming, chen)):
        name_substitute(slot_id=slot.pk, guide_id=guide.pk, reach=None, officer=zhao, now=now + number * DAY / 24)
    remove_slot(slot_id=slot.pk, reach=None, now=now)
    copy_to_next_week(slots=RosterSlot.objects.all(), officer=zhao, now=now)
    assert _told(chen)[1:] == [
        f"排班有变:{when} 改由 李明 值班,您不用去。",
        f"排班有变:{when},回到您来值。",
        f"排班取消:{when},您不用去。",
        "新排班 1 班:12月2日 07:00–09:00 东门",
    ]
    assert _told(ming) == [
        f"排班有变:{when},请您替 陈督导 值班。",
        f"排班有变:{when} 改由 陈督导 值班,您不用去。",
    ]


@pytest.mark.django_db
def test_what_is_refused_tells_nobody(chens_tuesday: RosterSlot, chen: User, zhao: User, now: dt.datetime) -> None:
    with pytest.raises(GuideBusy):
        plan_shifts(guide=chen, hours=hours(chens_tuesday.point, TUESDAY), officer=zhao, now=now)
    assert len(_told(chen)) == 1
