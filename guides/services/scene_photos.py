"""Takes in a photo of a place."""

import datetime as dt

from django.utils import timezone

from guides.models import ScenePhoto
from households.models import Community
from lib.errors import DomainError
from lib.pictures import make_pictures
from people.models import User

SCENE_PHOTO_BYTES_MAX = 8 * 1024 * 1024
SCENE_PHOTOS_A_DAY_MAX = 40  # of one guide: they lie in the database, some 200 KB each


class ScenePhotoTooLarge(DomainError):
    """More bytes than are taken."""

    code = "photo_too_large"
    message = f"照片超过 {SCENE_PHOTO_BYTES_MAX // 1024 // 1024} MB,请缩小后再传"


class ScenePhotosTooMany(DomainError):
    """As many a day as are taken."""

    code = "photos_too_many"
    message = f"今天已经传了 {SCENE_PHOTOS_A_DAY_MAX} 张照片,请不带照片提交"


def keep_scene_photo(*, community: Community, taken_by: User, data: bytes, now: dt.datetime) -> ScenePhoto:
    """Make our two pictures of it and keep them; nothing of the original file stays.

    :raises lib.pictures.PictureRefused: the bytes are no picture that is taken.
    :raises ScenePhotoTooLarge, ScenePhotosTooMany: a limit.
    """
    if len(data) > SCENE_PHOTO_BYTES_MAX:
        raise ScenePhotoTooLarge
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    if ScenePhoto.objects.filter(taken_by=taken_by, received_at__gte=midnight).count() >= SCENE_PHOTOS_A_DAY_MAX:
        raise ScenePhotosTooMany
    pictures = make_pictures(data=data)
    return ScenePhoto.objects.create(
        community=community, taken_by=taken_by, received_at=now, large=pictures.large, small=pictures.small
    )
