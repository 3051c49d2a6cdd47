"""Opening a photo as an officer: only for a reason, which is written down before anything is shown."""

import datetime as dt

from households.services.opening import REASON_LENGTH_MAX, ReasonMissing
from people.models import AccessLog, User
from sorting.models import Photo

SUBJECT_KIND = "photo"


def open_photo(*, photo: Photo, by: User, reason: str, now: dt.datetime) -> AccessLog:
    """Write down who opens the photo, when and why. Whoever calls has found it among those that `by` may see.

    :raises ReasonMissing: no reason is given.
    """
    if not reason.strip():
        raise ReasonMissing("查看照片要写明理由")
    return AccessLog.objects.create(
        user=by,
        subject_kind=SUBJECT_KIND,
        subject_id=photo.pk,
        reason=reason.strip()[:REASON_LENGTH_MAX],
        at=now,
    )
