"""Opening photos as an officer: only for a reason, which is written down before anything is shown."""

import datetime as dt
from collections.abc import Iterable

from households.services.opening import REASON_LENGTH_MAX, ReasonMissing
from households.services.opening import SUBJECT_KIND as HOUSEHOLD
from people.models import AccessLog, User
from sorting.models import Photo
from sorting.queries.photos import owner_ids_of_photos

SUBJECT_KIND = "photo"


def open_photo(*, photo: Photo, by: User, reason: str, now: dt.datetime) -> AccessLog:
    """Write down who opens the photo, when and why. Whoever calls has found it among those that `by` may see.

    :raises ReasonMissing: no reason is given.
    """
    return open_photos(photos=[photo], by=by, reason=reason, now=now)[0]


def open_photos(*, photos: Iterable[Photo], by: User, reason: str, now: dt.datetime) -> list[AccessLog]:
    """Open several for one reason: a line for each photo, all or none, and then one for each home whose they are.

    A home reads who looked at its own record, long after the photo itself is gone.

    :raises ReasonMissing: no reason is given.
    """
    if not reason.strip():
        raise ReasonMissing("查看照片要写明理由")
    opened = list(photos)
    owners = owner_ids_of_photos(photo_ids=[photo.pk for photo in opened])
    subjects = [(SUBJECT_KIND, photo.pk) for photo in opened]
    subjects += [(HOUSEHOLD, owner_id) for owner_id in sorted(owners)]
    said = reason.strip()
    return AccessLog.objects.bulk_create(
        AccessLog(
            user=by,
            subject_kind=kind,
            subject_id=subject_id,
            reason=(f"查看投放照片：{said}" if kind == HOUSEHOLD else said)[:REASON_LENGTH_MAX],
            at=now,
        )
        for kind, subject_id in subjects
    )
