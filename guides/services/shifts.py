"""Clocking in and out at a point."""

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from guides.models import Shift
from guides.queries import community_ids_of_guide
from guides.services.scene_photos import keep_scene_photo, make_scene_pictures
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
    message = "您还在另一个投放点值班。请先下岗,再到这里上岗。"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a phone says it is: WGS 84 degrees."""

    latitude: float
    longitude: float


def start_shift(
    *, guide: User, point_id: int, now: dt.datetime, place: Place | None = None, photo: bytes = b""
) -> Shift:
    """Clock in; at the point where the guide is on duty already it is the same shift.

    `place` only where the guide let the phone tell.

    :raises PointNotFound: the point is not in a community given to the guide today.
    :raises ShiftOpen: the guide is on duty elsewhere.
    :raises lib.picture_headers.PictureRefused, ScenePhotoTooLarge, ScenePhotosTooMany: the photo is not taken.
    """
    point = point_of_guide(guide=guide, point_id=point_id, on=timezone.localdate(now))
    pictures = make_scene_pictures(data=photo)
    try:
        with transaction.atomic():
            return Shift.objects.create(
                guide=guide,
                point=point,
                started_at=now,
                latitude=place.latitude if place else None,
                longitude=place.longitude if place else None,
                photo=keep_scene_photo(community=point.community, taken_by=guide, pictures=pictures, now=now),
            )
    except IntegrityError as error:
        is_open = Shift.objects.filter(guide=guide, ended_at__isnull=True).first()
        if is_open is None:
            raise
        if is_open.point_id != point.pk:
            raise ShiftOpen(fields={"point": is_open.point_id}) from error
        return is_open


def end_shift(*, guide: User, now: dt.datetime) -> bool:
    """Clock out; False when the guide was not on duty."""
    return Shift.objects.filter(guide=guide, ended_at__isnull=True, started_at__lte=now).update(ended_at=now) == 1


def point_of_guide(*, guide: User, point_id: int, on: dt.date) -> CollectionPoint:
    """The point, where its community is given to the guide on that day.

    :raises PointNotFound: it is not, or there is none.
    """
    community_ids = community_ids_of_guide(guide=guide, on=on)
    point = CollectionPoint.objects.filter(pk=point_id, community__in=community_ids).select_related("community").first()
    if point is None:
        raise PointNotFound
    return point
