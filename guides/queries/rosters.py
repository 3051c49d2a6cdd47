"""The roster as an officer plans it: by point and day, with the gaps, the substitutes and who did not come."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from guides.models import GuideAssignment, RosterSlot, Shift
from guides.punctuality import GRACE_MIN, Punctuality, punctuality
from guides.queries.shifts import moment_of, slot_of
from guides.roster_gaps import Hours, gaps
from households.models import Community
from people.models import Role, RoleGrant, User
from sorting.models import CollectionPoint, OpenWindow, SpecialDay

DAYS = 7


@dataclass(frozen=True, slots=True)
class SlotSeen:
    """A planned shift. `held` is the first shift of the guide that it touches, and how late and early that was;
    `is_theirs` whether the community is given to the guide on that day, else the slot covers nothing.
    """

    slot: RosterSlot
    held: tuple[Shift, Punctuality] | None
    is_theirs: bool

    def is_missed(self, *, now: dt.datetime) -> bool:
        """It is over, and nobody came."""
        return self.held is None and slot_of(self.slot).ends_at <= now

    def is_late(self, *, now: dt.datetime) -> bool:
        """It has begun, longer ago than anybody looks over, and nobody has come yet."""
        begun_at = slot_of(self.slot).starts_at
        return self.held is None and begun_at + dt.timedelta(minutes=GRACE_MIN) < now


@dataclass(frozen=True, slots=True)
class PointDay:
    """One local day of a point: planned shifts in order of time, and the hours it is open with nobody planned."""

    on_date: dt.date
    slots: list[SlotSeen]
    gaps: list[Hours]


@dataclass(frozen=True, slots=True)
class PointWeek:
    """Seven days of a point from a Monday on."""

    point: CollectionPoint
    days: list[PointDay]


def roster_of_points(*, communities: Iterable[Community], monday: dt.date, now: dt.datetime) -> list[PointWeek]:
    """The week of each point of these communities, by name of community and point. Six queries."""
    days = [monday + dt.timedelta(days=number) for number in range(DAYS)]
    points = list(
        CollectionPoint.objects.filter(community__in=communities)
        .select_related("community")
        .order_by("community__name", "community", "name")
    )
    windows = _windows(points=points, days=days)
    slots: dict[tuple[int, dt.date], list[SlotSeen]] = {}
    for seen in _slots(points=points, days=days, now=now):
        slots.setdefault((seen.slot.point_id, seen.slot.on_date), []).append(seen)
    return [
        PointWeek(
            point=point,
            days=[
                PointDay(
                    on_date=day,
                    slots=(planned := slots.get((point.pk, day), [])),
                    gaps=gaps(
                        windows=windows[point.pk, day],
                        planned=[Hours(each.slot.starts_at, each.slot.ends_at) for each in planned if each.is_theirs],
                    ),
                )
                for day in days
            ],
        )
        for point in points
    ]


def guides_to_stand_in(*, slot: RosterSlot, reach: QuerySet[Community] | None) -> QuerySet[User]:
    """Who may be named for a slot: guides of that day, in an officer's reach those who look after a community of it
    (None: all of the district's), and who was planned first. Never who is planned now.
    """
    holding = RoleGrant.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=slot.on_date),
        user=OuterRef("pk"),
        role=Role.GUIDE,
        starts_on__lte=slot.on_date,
    )
    found = User.objects.filter(Exists(holding), is_active=True).exclude(pk=slot.guide_id)
    if reach is not None:
        given = _given_between(first=slot.on_date, last=slot.on_date).filter(guide=OuterRef("pk"), community__in=reach)
        found = found.filter(Exists(given) | Q(pk=slot.stands_in_for_id))
    return found.order_by("display_name", "username")


def guides_of_week(*, community: Community, monday: dt.date) -> QuerySet[User]:
    """The guides to whom the community is given on a day of the week."""
    given = _given_between(first=monday, last=monday + dt.timedelta(days=DAYS - 1)).filter(community=community)
    return User.objects.filter(pk__in=given.filter(is_stand_in=False).values("guide"), is_active=True).order_by(
        "display_name", "username"
    )


def _given_between(*, first: dt.date, last: dt.date) -> QuerySet[GuideAssignment]:
    return GuideAssignment.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=first), starts_on__lte=last)


def _windows(*, points: Collection[CollectionPoint], days: list[dt.date]) -> Mapping[tuple[int, dt.date], list[Hours]]:
    """When each point is open on each day. Open all day, it says nothing of when somebody is to be there: no hours."""
    usual: dict[int, list[Hours]] = {}
    for window in OpenWindow.objects.filter(point__in=points):
        usual.setdefault(window.point_id, []).append(Hours(window.starts_at, window.ends_at))
    found = {(point.pk, day): usual.get(point.pk, []) for point in points for day in days}
    special: dict[tuple[int, dt.date], list[Hours]] = {}
    for row in SpecialDay.objects.filter(point__in=points, on_date__in=days):
        hours = special.setdefault((row.point_id, row.on_date), [])
        if row.starts_at is not None and row.ends_at is not None:
            hours.append(Hours(row.starts_at, row.ends_at))
    return found | special


def _slots(*, points: Collection[CollectionPoint], days: list[dt.date], now: dt.datetime) -> list[SlotSeen]:
    slots = list(
        RosterSlot.objects.filter(point__in=points, on_date__in=days)
        .select_related("guide", "stands_in_for", "point")
        .order_by("on_date", "starts_at", "pk")
    )
    shifts: dict[tuple[int, int], list[Shift]] = {}
    begins, ends = moment_of(on=days[0], at=dt.time()), moment_of(on=days[-1] + dt.timedelta(days=1), at=dt.time())
    for shift in Shift.objects.filter(point__in=points, started_at__gte=begins, started_at__lt=ends).order_by(
        "started_at", "pk"
    ):
        shifts.setdefault((shift.guide_id, shift.point_id), []).append(shift)
    given: dict[tuple[int, int], list[GuideAssignment]] = {}
    for each in _given_between(first=days[0], last=days[-1]).filter(guide__in={slot.guide_id for slot in slots}):
        given.setdefault((each.guide_id, each.community_id), []).append(each)
    return [
        SlotSeen(
            slot=slot,
            held=_held(slot=slot, shifts=shifts.get((slot.guide_id, slot.point_id), []), now=now),
            is_theirs=any(
                each.starts_on <= slot.on_date and (each.ends_on is None or slot.on_date <= each.ends_on)
                for each in given.get((slot.guide_id, slot.point.community_id), [])
            ),
        )
        for slot in slots
    ]


def _held(*, slot: RosterSlot, shifts: list[Shift], now: dt.datetime) -> tuple[Shift, Punctuality] | None:
    for shift in shifts:
        found = punctuality(
            point_id=shift.point_id,
            started_at=shift.started_at,
            ended_at=shift.ended_at,
            slots=[slot_of(slot)],
            now=now,
        )
        if found.slot is not None:
            return shift, found
    return None
