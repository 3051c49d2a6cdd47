"""Clocking in and out at a point."""

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from guides.models import Shift
from guides.punctuality import SHIFT_MAX
from guides.queries import community_ids_of_guide
from guides.queries.shifts import counts_as_open, moment_of
from guides.services.scene_photos import keep_scene_photo, make_scene_pictures
from guides.services.sent import sent_moment
from lib.errors import DomainError
from people.models import User
from sorting.models import CollectionPoint


class PointNotFound(DomainError):
    """There is no such point in the communities given to the guide today."""

    code = "not_found"
    message = "没有找到这个投放点"


class ShiftOpen(DomainError):
    """The guide is on duty at another point."""

    code = "shift_open"
    message = "您还在另一个投放点值班。请先下岗，再到这里上岗。"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a phone says it is: WGS 84 degrees."""

    latitude: float
    longitude: float


def start_shift(
    *,
    guide: User,
    point_id: int,
    now: dt.datetime,
    place: Place | None = None,
    photo: bytes = b"",
    client_id: str = "",
    began_at: dt.datetime | None = None,
) -> Shift:
    """Clock in; at the point where the guide is on duty already, or sent again with its `client_id`, it is the same
    shift.

    `place` only where the guide let the phone tell; `began_at` is when the guide tapped, `now` if not given.

    :raises PointNotFound: the point is not in a community given to the guide on that day.
    :raises KeptTooLong: the phone kept it longer than it may.
    :raises ShiftOpen: the guide is on duty elsewhere.
    :raises lib.picture_headers.PictureRefused, ScenePhotoTooLarge, ScenePhotosTooMany: the photo is not taken.
    """
    moment = sent_moment(made_at=began_at, now=now)
    point = point_of_guide(guide=guide, point_id=point_id, on=timezone.localdate(moment))
    if before := _sent_before(guide=guide, client_id=client_id):
        return before
    pictures = make_scene_pictures(data=photo)
    end_forgotten_shifts(now=now, guide=guide)
    try:
        with transaction.atomic():
            return Shift.objects.create(
                guide=guide,
                point=point,
                started_at=moment,
                client_id=client_id,
                latitude=place.latitude if place else None,
                longitude=place.longitude if place else None,
                photo=keep_scene_photo(community=point.community, taken_by=guide, pictures=pictures, now=now),
            )
    except IntegrityError as error:
        if before := _sent_before(guide=guide, client_id=client_id):
            return before
        is_open = Shift.objects.filter(guide=guide, ended_at__isnull=True).first()
        if is_open is None:
            raise
        if is_open.point_id != point.pk:
            raise ShiftOpen(fields={"point": is_open.point_id}) from error
        return is_open


def end_shift(*, guide: User, now: dt.datetime, left_at: dt.datetime | None = None) -> bool:
    """Clock out; False when the guide was not on duty, or no longer: what was forgotten is ended as such.

    `left_at` is when the guide tapped, `now` if not given: it also corrects a shift that was taken for forgotten while
    the phone had no network.

    :raises KeptTooLong: the phone kept it longer than it may.
    """
    moment = sent_moment(made_at=left_at, now=now)
    begun = Shift.objects.filter(guide=guide, started_at__lte=moment, started_at__gt=moment - SHIFT_MAX)
    still = begun.filter(Q(ended_at__isnull=True) | Q(is_left_open=True, ended_at__gt=moment))
    is_ended = still.update(ended_at=moment, is_left_open=False) > 0
    end_forgotten_shifts(now=now, guide=guide)
    return is_ended


def _sent_before(*, guide: User, client_id: str) -> Shift | None:
    return Shift.objects.filter(guide=guide, client_id=client_id).first() if client_id else None


def end_forgotten_shifts(*, now: dt.datetime, guide: User | None = None) -> int:
    """End the open shifts, of one guide or of all, by which nobody is on duty any more; how many.

    Over is a shift at SHIFT_MAX, or at the end of the last day on which its community was given to the guide.
    """
    mine = Q(guide=guide) if guide is not None else Q()
    today = timezone.localdate(now)
    count = 0
    for shift in Shift.objects.filter(mine, ended_at__isnull=True).select_related("point", "guide"):
        given = community_ids_of_guide(guide=shift.guide, on=today)
        if counts_as_open(shift=shift, community_ids=given, now=now):
            continue
        midnight = moment_of(on=today, at=dt.time())
        ended_at = min(now, shift.started_at + SHIFT_MAX)
        if shift.point.community_id not in given and shift.started_at < midnight:
            ended_at = min(ended_at, midnight)
        still_open = Shift.objects.filter(pk=shift.pk, ended_at__isnull=True)
        count += still_open.update(ended_at=max(ended_at, shift.started_at), is_left_open=True)
    return count


def point_of_guide(*, guide: User, point_id: int, on: dt.date) -> CollectionPoint:
    """The point, where its community is given to the guide on that day.

    :raises PointNotFound: it is not, or there is none.
    """
    community_ids = community_ids_of_guide(guide=guide, on=on)
    point = CollectionPoint.objects.filter(pk=point_id, community__in=community_ids).select_related("community").first()
    if point is None:
        raise PointNotFound
    return point
