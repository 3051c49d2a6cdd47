"""Opening photos as an officer: only for a reason, which is written down before anything is shown."""

import datetime as dt
from collections.abc import Iterable

from households.services.opening import REASON_LENGTH_MAX, ReasonMissing
from people.models import AccessLog, User
from sorting.models import Photo

SUBJECT_KIND = "photo"


def open_photo(*, photo: Photo, by: User, reason: str, now: dt.datetime) -> AccessLog:
    """Write down who opens the photo, when and why. Whoever calls has found it among those that `by` may see.

    :raises ReasonMissing: no reason is given.
    """
    (log,) = open_photos(photos=[photo], by=by, reason=reason, now=now)
    return log


def open_photos(*, photos: Iterable[Photo], by: User, reason: str, now: dt.datetime) -> list[AccessLog]:
    """Open several for one reason: a line for each photo, all or none.

    :raises ReasonMissing: no reason is given.
    """
    if not reason.strip():
        raise ReasonMissing("查看照片要写明理由")
    return AccessLog.objects.bulk_create(
        AccessLog(
            user=by,
            subject_kind=SUBJECT_KIND,
            subject_id=photo.pk,
            reason=reason.strip()[:REASON_LENGTH_MAX],
            at=now,
        )
        for photo in photos
    )
