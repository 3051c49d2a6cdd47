"""Who is on duty, and how a week went against its roster."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from guides.models import RosterSlot, Shift
from guides.punctuality import SHIFT_MAX, Punctuality, Slot, punctuality
from people.models import StaffNotice, User
from people.queries import unread_notice_count


@dataclass(frozen=True, slots=True)
class ShiftSeen:
    """A shift with how it lay against the roster."""

    shift: Shift
    punctuality: Punctuality


@dataclass(frozen=True, slots=True)
class RosterDay:
    """One local day of a guide: the slots nobody came to (yet), those that a substitute took over, and the shifts."""

    on_date: dt.date
    slots: list[RosterSlot]
    shifts: list[ShiftSeen]


def counts_as_open(*, shift: Shift, community_ids: Collection[int], now: dt.datetime) -> bool:
    """Whether somebody is on duty by it: where the community is given to the guide today (`community_ids`), and not
    past the longest shift. What does not count is ended by guides.services.shifts.end_forgotten_shifts."""
    is_over = shift.ended_at is not None or shift.started_at + SHIFT_MAX <= now
    return not is_over and shift.point.community_id in community_ids


def open_shift_and_unread(*, guide: User, community_ids: Collection[int], now: dt.datetime) -> tuple[Shift | None, int]:
    """Where the guide is on duty, with point and community, and how many notices they have not seen.

    One query for whoever has a shift open; it is for the frame of every screen.
    """
    unread = StaffNotice.objects.filter(user=OuterRef("guide"), read_at__isnull=True).order_by().values("user")
    unread_count = Coalesce(Subquery(unread.annotate(count=Count("pk")).values("count")), 0)
    shifts = Shift.objects.filter(guide=guide, ended_at__isnull=True).select_related("point__community")
    shift = shifts.annotate(unread_count=unread_count).first()
    unread_now = shift.unread_count if shift else unread_notice_count(user=guide)
    if shift is not None and not counts_as_open(shift=shift, community_ids=community_ids, now=now):
        shift = None
    return shift, unread_now


def roster_week(*, guide: User, monday: dt.date, now: dt.datetime) -> list[RosterDay]:
    """Seven days from that Monday. Two queries."""
    days = [monday + dt.timedelta(days=number) for number in range(7)]
    slots = list(
        RosterSlot.objects.filter(Q(guide=guide) | Q(stands_in_for=guide), on_date__range=(days[0], days[-1]))
        .select_related("point", "guide", "stands_in_for")
        .order_by("on_date", "starts_at")
    )
    begins, ends = moment_of(on=days[0], at=dt.time()), moment_of(on=days[-1] + dt.timedelta(days=1), at=dt.time())
    shifts = list(
        Shift.objects.filter(Q(started_at__gte=begins, started_at__lt=ends), guide=guide)
        .select_related("point")
        .order_by("started_at")
    )
    known = {slot.pk: slot_of(slot) for slot in slots if slot.guide_id == guide.pk}
    seen = [
        ShiftSeen(
            shift=shift,
            punctuality=punctuality(
                point_id=shift.point_id,
                started_at=shift.started_at,
                ended_at=shift.ended_at,
                slots=known.values(),
                now=now,
            ),
        )
        for shift in shifts
    ]
    taken = {each.punctuality.slot for each in seen if each.punctuality.slot is not None}
    return [
        RosterDay(
            on_date=day,
            slots=[slot for slot in slots if slot.on_date == day and known.get(slot.pk) not in taken],
            shifts=[each for each in seen if timezone.localdate(each.shift.started_at) == day],
        )
        for day in days
    ]


def moment_of(*, on: dt.date, at: dt.time) -> dt.datetime:
    """A local date and time as a moment."""
    return timezone.make_aware(dt.datetime.combine(on, at))


def slot_of(slot: RosterSlot) -> Slot:
    """A slot of the roster as moments."""
    return Slot(
        point_id=slot.point_id,
        starts_at=moment_of(on=slot.on_date, at=slot.starts_at),
        ends_at=moment_of(on=slot.on_date, at=slot.ends_at),
    )
