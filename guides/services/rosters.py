"""The roster: planned shifts are added and removed, a substitute is named, a week is copied to the next."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet

from guides.models import GuideAssignment, RosterSlot
from guides.queries import community_ids_of_guide
from guides.queries.rosters import guides_to_stand_in
from guides.queries.shifts import moment_of
from guides.services.roster_notices import tell_planned, tell_removed, tell_substituted
from households.models import Community
from lib.errors import DomainError
from people.models import User
from sorting.models import CollectionPoint

WEEK = dt.timedelta(days=7)


class SlotNotFound(DomainError):
    """There is no such planned shift where the officer may plan."""

    code = "not_found"
    message = "没有找到这一班，可能已经有人删掉了。请刷新页面再看。"


class SlotPassed(DomainError):
    """The time is over: what was planned stays as it was, so that late and absent keep their meaning."""

    code = "slot_passed"
    message = "这一班的时间已经过了，不能再改。"


class SlotInvalid(DomainError):
    """No day was chosen, or the end is not after the start."""

    code = "slot_invalid"
    message = "没有排上：请至少选一天，填好开始和结束时间，结束要晚于开始。"


class GuideNotAssigned(DomainError):
    """The guide has not been given the community on that day."""

    code = "guide_not_assigned"
    message = "没有排上：这位督导员那天没有分配到这个小区。请换一位，或先在后台分配小区。"


class GuideBusy(DomainError):
    """The guide is planned at that time already, here or elsewhere."""

    code = "guide_busy"
    message = "没有排上：这位督导员那天的这个时间已经排了班。"


class SubstituteUnknown(DomainError):
    """Nobody whom the officer may name is a guide of that name on that day."""

    code = "substitute_unknown"
    message = "没有改：请从名单里选一位替班的督导员。"


@dataclass(frozen=True, slots=True)
class PlannedHours:
    """At which point, on which local days, from when to when."""

    point: CollectionPoint
    days: frozenset[dt.date]
    starts_at: dt.time
    ends_at: dt.time


@transaction.atomic
def plan_shifts(*, guide: User, hours: PlannedHours, officer: User, now: dt.datetime) -> int:
    """Put the guide down for these hours on each of the days: all of them or none. How many.

    :raises SlotInvalid: no day, or the end not after the start.
    :raises SlotPassed: they are over on one of the days.
    :raises GuideNotAssigned: the community is not the guide's on one of the days.
    :raises GuideBusy: the guide is planned elsewhere at that time of one of the days.
    """
    if not hours.days or hours.ends_at <= hours.starts_at:
        raise SlotInvalid
    _lock_guides(guide.pk)
    new = [
        RosterSlot(
            guide=guide,
            point=hours.point,
            on_date=on,
            starts_at=hours.starts_at,
            ends_at=hours.ends_at,
            planned_by=officer,
        )
        for on in sorted(hours.days)
    ]
    for slot in new:
        _refuse_passed(slot=slot, now=now)
        if hours.point.community_id not in community_ids_of_guide(guide=guide, on=slot.on_date):
            raise GuideNotAssigned(fields={"on_date": f"{slot.on_date:%Y-%m-%d}"})
        _refuse_busy(slot=slot)
    RosterSlot.objects.bulk_create(new)
    tell_planned(slots=new, now=now)
    return len(new)


@transaction.atomic
def name_substitute(
    *, slot_id: int, guide_id: int, reach: QuerySet[Community] | None, officer: User, now: dt.datetime
) -> RosterSlot:
    """Another guide comes instead; naming the one who was planned first ends the substitution.

    A substitute who does not look after the community sees it on that day, and on no other. `reach` is where the
    officer may plan (None: the whole district).

    :raises SlotNotFound, SlotPassed: there is no such slot in reach, or its time is over.
    :raises SubstituteUnknown: nobody of that key may be named (guides.queries.rosters.guides_to_stand_in).
    :raises GuideBusy: the substitute is planned at that time already.
    """
    slot = _slot_to_change(slot_id=slot_id, reach=reach, now=now)
    before, planned_id = slot.guide, slot.stands_in_for_id or slot.guide_id
    substitute = guides_to_stand_in(slot=slot, reach=reach).filter(pk=guide_id).first()
    if substitute is None:
        raise SubstituteUnknown
    _lock_guides(before.pk, substitute.pk)
    slot.guide = substitute
    slot.stands_in_for = None if substitute.pk == planned_id else User.objects.get(pk=planned_id)
    slot.planned_by = officer
    _refuse_busy(slot=slot)
    slot.save(update_fields=["guide", "stands_in_for", "planned_by"])
    for each_id in (before.pk, substitute.pk):
        _settle_stand_in(guide_id=each_id, community_id=slot.point.community_id, on=slot.on_date)
    tell_substituted(slot=slot, before=before, now=now)
    return slot


@transaction.atomic
def remove_slot(*, slot_id: int, reach: QuerySet[Community] | None, now: dt.datetime) -> RosterSlot:
    """Take a planned shift off the roster; what it was. A substitute's day in the community goes with it.

    :raises SlotNotFound, SlotPassed: there is no such slot in reach, or its time is over.
    """
    slot = _slot_to_change(slot_id=slot_id, reach=reach, now=now)
    _lock_guides(slot.guide_id)
    RosterSlot.objects.filter(pk=slot.pk).delete()
    tell_removed(slot=slot, now=now)
    _settle_stand_in(guide_id=slot.guide_id, community_id=slot.point.community_id, on=slot.on_date)
    return slot


@transaction.atomic
def copy_to_next_week(*, slots: Iterable[RosterSlot], officer: User, now: dt.datetime) -> int:
    """Put each slot on the same day of the week after; what is there already stays. How many were new.

    A substitute stands in for one day: the week after, it is the guide's turn who was planned first. Hours that are
    over, and guides who are planned at that time already, are left out.
    """
    days = {slot.pk: slot.on_date + WEEK for slot in slots}
    slots = list(RosterSlot.objects.filter(pk__in=days).select_related("point").order_by("on_date", "starts_at", "pk"))
    _lock_guides(*{slot.stands_in_for_id or slot.guide_id for slot in slots})
    taken: dict[tuple[int, dt.date], list[tuple[dt.time, dt.time]]] = {}
    for there in RosterSlot.objects.filter(on_date__in=set(days.values())):
        for guide_id in {there.guide_id, there.stands_in_for_id or there.guide_id}:
            taken.setdefault((guide_id, there.on_date), []).append((there.starts_at, there.ends_at))
    new = []
    for slot in slots:
        guide_id = slot.stands_in_for_id or slot.guide_id
        hours = taken.setdefault((guide_id, days[slot.pk]), [])
        is_over = moment_of(on=days[slot.pk], at=slot.ends_at) <= now
        if is_over or any(starts < slot.ends_at and slot.starts_at < ends for starts, ends in hours):
            continue
        hours.append((slot.starts_at, slot.ends_at))
        new.append(
            RosterSlot(
                guide_id=guide_id,
                point=slot.point,
                on_date=days[slot.pk],
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
                planned_by=officer,
            )
        )
    RosterSlot.objects.bulk_create(new)
    tell_planned(slots=new, now=now)
    return len(new)


def _slot_to_change(*, slot_id: int, reach: QuerySet[Community] | None, now: dt.datetime) -> RosterSlot:
    mine = Q() if reach is None else Q(point__community__in=reach)
    slots = RosterSlot.objects.filter(mine, pk=slot_id).select_related("point", "guide", "stands_in_for")
    found = slots.select_for_update(of=("self",)).first()
    if found is None:
        raise SlotNotFound
    _refuse_passed(slot=found, now=now)
    return found


def _refuse_passed(*, slot: RosterSlot, now: dt.datetime) -> None:
    if moment_of(on=slot.on_date, at=slot.ends_at) <= now:
        raise SlotPassed(fields={"on_date": f"{slot.on_date:%Y-%m-%d}"})


def _refuse_busy(*, slot: RosterSlot) -> None:
    same_time = RosterSlot.objects.filter(
        guide_id=slot.guide_id, on_date=slot.on_date, starts_at__lt=slot.ends_at, ends_at__gt=slot.starts_at
    )
    if same_time.exclude(pk=slot.pk).exists():
        raise GuideBusy(fields={"on_date": f"{slot.on_date:%Y-%m-%d}"})


def _lock_guides(*guide_ids: int) -> None:
    """One officer at a time plans with a guide, so that two cannot plan the same hour; locked in id order."""
    list(User.objects.filter(pk__in=guide_ids).order_by("pk").select_for_update().values_list("pk", flat=True))


def _settle_stand_in(*, guide_id: int, community_id: int, on: dt.date) -> None:
    """The substitute's day in a community that is not otherwise theirs: there while a slot needs it, else gone."""
    given = GuideAssignment.objects.filter(guide=guide_id, community=community_id)
    is_needed = RosterSlot.objects.filter(
        guide=guide_id, point__community=community_id, on_date=on, stands_in_for__isnull=False
    ).exists()
    is_theirs = given.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on, is_stand_in=False
    ).exists()
    if is_needed and not is_theirs:
        given.get_or_create(
            starts_on=on,
            is_stand_in=True,
            defaults={"guide_id": guide_id, "community_id": community_id, "ends_on": on},
        )
    else:
        given.filter(starts_on=on, is_stand_in=True).delete()
