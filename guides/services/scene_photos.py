"""Takes in a photo of a place."""

import datetime as dt

from django.utils import timezone

from guides.models import ScenePhoto
from households.models import Community
from lib.errors import DomainError
from lib.picture_turns import in_turn
from lib.pictures import Pictures, make_pictures
from people.models import User

SCENE_PHOTO_BYTES_MAX = 8 * 1024 * 1024
SCENE_PHOTOS_A_DAY_MAX = 40  # of one guide: they lie in the database, some 200 KB each


class ScenePhotoTooLarge(DomainError):
    """More bytes than are taken."""

    code = "photo_too_large"
    message = f"照片超过 {SCENE_PHOTO_BYTES_MAX // 1024 // 1024} MB，请缩小后再传"


class ScenePhotosTooMany(DomainError):
    """As many a day as are taken."""

    code = "photos_too_many"
    message = f"今天已经传了 {SCENE_PHOTOS_A_DAY_MAX} 张照片，请不带照片提交"


def make_scene_pictures(*, data: bytes) -> Pictures | None:
    """Our two pictures of it; None of no bytes. Outside any transaction: decoding takes its time.

    :raises lib.picture_headers.PictureRefused: the bytes are no picture that is taken.
    :raises lib.picture_turns.PicturesBusy: too many at once.
    :raises ScenePhotoTooLarge: too many bytes.
    """
    if not data:
        return None
    if len(data) > SCENE_PHOTO_BYTES_MAX:
        raise ScenePhotoTooLarge
    return in_turn(work=lambda: make_pictures(data=data))


def keep_scene_photo(
    *, community: Community, taken_by: User, pictures: Pictures | None, now: dt.datetime
) -> ScenePhoto | None:
    """Keep the pictures where there are any; nothing of the original file stays.

    :raises ScenePhotosTooMany: as many as are taken a day.
    """
    if pictures is None:
        return None
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    if ScenePhoto.objects.filter(taken_by=taken_by, received_at__gte=midnight).count() >= SCENE_PHOTOS_A_DAY_MAX:
        raise ScenePhotosTooMany
    return ScenePhoto.objects.create(
        community=community, taken_by=taken_by, received_at=now, large=pictures.large, small=pictures.small
    )
