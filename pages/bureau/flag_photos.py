"""The photos of a flag's drop-offs, those that look alike side by side. They open for a reason that is kept."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from households.models import Community
from lib.errors import DomainError
from pages.photos import is_open, note_opening
from people.models import User
from sorting.models import DropOff, Photo
from sorting.queries.photos import likenesses_among, photos_of_drop_offs
from sorting.services.photo_opening import open_photos

PHOTOS_A_FLAG_MAX = 12  # large ones of one page; the others open one by one from the rows


class NoPhotoToOpen(DomainError):
    """There is none, or none that the officer may see."""

    code = "no_photo_to_open"
    message = "这条线索没有可以查看的照片"


@dataclass(frozen=True, slots=True)
class Picture:
    """One photo: where, when and of which of the flag's households; never whose."""

    photo: Photo
    caption: str
    is_shown: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class AlikePair:
    """Two pictures and how alike they are, the earlier one first."""

    degree: str
    pictures: tuple[Picture, Picture]


@dataclass(slots=True)
class FlagPhotos:
    """Pairs, what is in no pair, and how many there is no room for. `photo_ids` is by drop-off, of those shown."""

    pairs: list[AlikePair] = field(default_factory=list)
    others: list[Picture] = field(default_factory=list)
    more_count: int = 0
    photo_ids: dict[int, list[int]] = field(default_factory=dict)

    @property
    def pictures(self) -> list[Picture]:
        """Each picture on the page once."""
        paired = [picture for pair in self.pairs for picture in pair.pictures]
        return list({each.photo.pk: each for each in [*paired, *self.others]}.values())

    @property
    def to_open(self) -> list[Photo]:
        """Those that a reason would open."""
        return [each.photo for each in self.pictures if each.is_shown and not each.is_open]


def read_flag_photos(
    *,
    request: HttpRequest,
    drop_offs: Sequence[DropOff],
    letters: Mapping[int | None, str],
    reach: QuerySet[Community],
) -> FlagPhotos:
    """The photos of these drop-offs; `letters` says how the page calls each household."""
    found = FlagPhotos()
    by_id = {each.pk: each for each in drop_offs}
    pictures: dict[int, Picture] = {}
    for photo, drop_off_id, is_shown in photos_of_drop_offs(drop_offs=drop_offs, communities=reach):
        drop_off = by_id[drop_off_id]
        pictures[photo.pk] = Picture(
            photo=photo,
            caption=f"{_text(drop_off.occurred_at)} {drop_off.get_category_display()},{letters[drop_off.household_id]}",
            is_shown=is_shown,
            is_open=is_shown and is_open(request=request, photo_id=photo.pk),
        )
        if is_shown:
            found.photo_ids.setdefault(drop_off_id, []).append(photo.pk)
    chosen: dict[int, Picture] = {}
    for likeness in likenesses_among(photo_ids=pictures.keys()):
        pair = {key: pictures[key] for key in (likeness.earlier_id, likeness.photo_id)}
        if len(chosen | pair) <= PHOTOS_A_FLAG_MAX:
            chosen |= pair
            degree = "完全相同" if likeness.is_identical else f"几乎相同(差 {likeness.distance} 处)"
            found.pairs.append(AlikePair(degree, (pair[likeness.earlier_id], pair[likeness.photo_id])))
    rest = [picture for key, picture in pictures.items() if key not in chosen]
    room = PHOTOS_A_FLAG_MAX - len(chosen)
    found.others, found.more_count = rest[:room], len(rest[room:])
    return found


def open_flag_photos(*, request: HttpRequest, photos: FlagPhotos, officer: User) -> int:
    """Write down the reason for each picture of the page and let it be seen; how many.

    :raises NoPhotoToOpen: there is none to be opened.
    :raises ReasonMissing: no reason is given.
    """
    if not photos.to_open:
        raise NoPhotoToOpen
    opened = photos.to_open
    open_photos(photos=opened, by=officer, reason=request.POST.get("reason", ""), now=timezone.now())
    for photo in opened:
        note_opening(request=request, photo_id=photo.pk)
    return len(opened)


def _text(moment: dt.datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
