"""The pictures of rewards: two WebP files each in the state folder, named by what is in them. They show no person."""

import hashlib
import os
import re
from pathlib import Path

from django.conf import settings

from lib.errors import DomainError
from lib.pictures import make_pictures

PICTURE_BYTES_MAX = 8 * 1024 * 1024  # a phone's photo
_FILE_NAME = re.compile(r"[0-9a-f]{32}-(?:large|small)\.webp")


class PictureTooHeavy(DomainError):
    """More bytes than a photo of a reward needs."""

    code = "picture_too_heavy"
    message = f"图片超过 {PICTURE_BYTES_MAX // 1024 // 1024} MB，请换一张小一点的。"


def store_reward_picture(*, data: bytes) -> str:
    """Write both sizes and sync them; the name for `Reward.picture`. The same picture again has the same name.

    :raises PictureTooHeavy: too many bytes.
    :raises lib.picture_headers.PictureRefused: it is no whole, still, bounded JPEG, PNG or WebP.
    """
    if len(data) > PICTURE_BYTES_MAX:
        raise PictureTooHeavy
    pictures = make_pictures(data=data)
    name = hashlib.sha256(pictures.large).hexdigest()[:32]
    _folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    for size, content in (("large", pictures.large), ("small", pictures.small)):
        path = _folder() / f"{name}-{size}.webp"
        part = path.with_suffix(f".{os.getpid()}.part")
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    return name


def reward_picture_path(*, file_name: str) -> Path | None:
    """Where the file `NAME-large.webp` or `NAME-small.webp` lies; None where there is none."""
    if not _FILE_NAME.fullmatch(file_name):
        return None
    path = _folder() / file_name
    return path if path.is_file() else None


def _folder() -> Path:
    return Path(settings.STATE_DIR) / "reward-pictures"
