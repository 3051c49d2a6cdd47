"""Takes in a photo of a drop-off: kept as two pictures and compared, or not kept, and whoever sent it is told why."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from households.models import ConsentKind, Household
from households.queries import consent_holds
from lib.dialect import wait_in_line
from lib.errors import DomainError
from lib.picture_hashes import bands, signed
from lib.picture_turns import in_turn
from lib.pictures import Pictures, make_pictures
from people.models import User
from sorting.models import DropOff, Photo, SmartBin
from sorting.photo_files import remove_files, write_pictures
from sorting.services.photo_likeness import record_likenesses

PHOTO_BYTES_MAX = 8 * 1024 * 1024
EVENT_PHOTOS_MAX = 4  # of one drop-off: before and after, from two sides
BIN_PHOTOS_A_DAY_MAX = 2_000  # ten times a busy bin's drop-offs: a machine gone mad must not fill the disk
PHOTO_LINE = 0x70686F746F  # "photo": only one transaction at a time writes or deletes photos


class PhotoTooLarge(DomainError):
    """More bytes than are taken."""

    code = "photo_too_large"
    message = f"照片超过 {PHOTO_BYTES_MAX // 1024 // 1024} MB，请缩小后再传 (the photo is too large)"


class PhotoFate(models.TextChoices):
    """What became of a photo."""

    ACCEPTED = "accepted", "已保存"
    DUPLICATE = "duplicate", "此前已有"
    NOT_KEPT = "not_kept", "未保存"


class NotKept(models.TextChoices):
    """Why a good photo was not kept, and what the sender reads."""

    CONSENT_MISSING = "consent_missing", "该住户没有同意投放照片,照片未保存"
    EVENT_FULL = "event_photos_full", f"这次投放已有 {EVENT_PHOTOS_MAX} 张照片,照片未保存"
    BIN_FULL = "bin_photos_full", "这只桶一天内的照片太多,照片未保存"


@dataclass(frozen=True, slots=True)
class PhotoRecorded:
    """The fate of a photo; `photo_id` where it was kept now or before, `reason` where it was not kept."""

    fate: PhotoFate
    photo_id: int | None = None
    reason: NotKept | None = None


@dataclass(frozen=True, slots=True)
class SentPhoto:
    """What came in: `data` are the bytes of the picture, `sent_by` a guide, or None for the bin itself."""

    smart_bin: SmartBin
    event_id: str
    data: bytes
    received_at: dt.datetime
    taken_at: dt.datetime | None = None
    sent_by: User | None = None

    @property
    def content_digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class WrittenPhoto:
    """Its two files, synced to disk, that no row names yet."""

    sent: SentPhoto
    content_digest: str
    pictures: Pictures
    names: tuple[str, str]


def record_photo(
    *,
    smart_bin: SmartBin,
    event_id: str,
    data: bytes,
    received_at: dt.datetime,
    taken_at: dt.datetime | None = None,
    sent_by: User | None = None,
) -> PhotoRecorded:
    """Take in a photo of the drop-off `event_id` of a bin, which may have come or not.

    `sent_by` is the guide who took it, None the bin itself. Whoever calls has checked that the guide may act at this
    bin. A photo of a known household without its consent PHOTO is not kept, whoever sent it.

    :raises PictureRefused, PhotoTooLarge: the bytes are no picture that is taken.
    :raises PicturesBusy, PhotosUnwritable: not now.
    """
    if len(data) > PHOTO_BYTES_MAX:
        raise PhotoTooLarge
    sent = SentPhoto(smart_bin, event_id, data, received_at, taken_at, sent_by)
    prepared = prepare_photo(sent=sent)
    if isinstance(prepared, PhotoRecorded):
        return prepared
    with transaction.atomic():
        recorded = keep_photo(written=prepared)
    if recorded.fate is not PhotoFate.ACCEPTED:
        remove_files(names=prepared.names)
    return recorded


def prepare_photo(*, sent: SentPhoto) -> WrittenPhoto | PhotoRecorded:
    """The picture's files, written; or its fate, where it needs none. Outside any transaction: decoding takes its time.

    :raises PictureRefused, PicturesBusy, PhotosUnwritable: as `record_photo`.
    """
    digest = sent.content_digest
    if recorded := _fate_without_a_look(sent=sent, content_digest=digest):
        return recorded
    pictures = in_turn(work=lambda: make_pictures(data=sent.data))
    # What fails from here on leaves files without a row, which the sweep removes: after a COMMIT whose answer was
    # lost nobody here knows whether there is one.
    names = write_pictures(pictures=pictures, on=timezone.localdate(sent.received_at))
    return WrittenPhoto(sent=sent, content_digest=digest, pictures=pictures, names=names)


def keep_photo(*, written: WrittenPhoto) -> PhotoRecorded:
    """Write the row that names the files, and its likenesses, in the caller's transaction.

    Where it is not accepted, the caller removes the files after the commit.
    """
    wait_in_line(key=PHOTO_LINE)
    sent, pictures = written.sent, written.pictures
    if recorded := _fate_by_the_rows(sent=sent, content_digest=written.content_digest):
        return recorded
    band_0, band_1, band_2, band_3 = bands(dhash=pictures.dhash)
    photo = Photo.objects.create(
        bin=sent.smart_bin,
        event_id=sent.event_id,
        sent_by=sent.sent_by,
        taken_at=sent.taken_at,
        received_at=sent.received_at,
        content_digest=written.content_digest,
        dhash=signed(dhash=pictures.dhash),
        band_0=band_0,
        band_1=band_1,
        band_2=band_2,
        band_3=band_3,
        is_flat=pictures.is_flat,
        width=pictures.width,
        height=pictures.height,
        large_name=written.names[0],
        small_name=written.names[1],
    )
    record_likenesses(photo=photo, now=sent.received_at)
    return PhotoRecorded(fate=PhotoFate.ACCEPTED, photo_id=photo.pk)


def _fate_without_a_look(*, sent: SentPhoto, content_digest: str) -> PhotoRecorded | None:
    """Before the picture is decoded: a household's photo that may not be kept is not even looked at."""
    household = _household_of(sent=sent)
    if household is not None and not consent_holds(household=household, kind=ConsentKind.PHOTO):
        return PhotoRecorded(fate=PhotoFate.NOT_KEPT, reason=NotKept.CONSENT_MISSING)
    return _fate_by_the_rows(sent=sent, content_digest=content_digest)


def _household_of(*, sent: SentPhoto) -> Household | None:
    drop_off = DropOff.objects.filter(bin=sent.smart_bin, event_id=sent.event_id).select_related(
        "household", "attribution__household"
    )
    found = drop_off.first()
    if found is None:
        return None
    attribution = getattr(found, "attribution", None)
    return found.household or (attribution.household if attribution else None)


def _fate_by_the_rows(*, sent: SentPhoto, content_digest: str) -> PhotoRecorded | None:
    """Duplicate, or one too many of its event or of its bin's day. Guides and bins do not use up each other's share."""
    of_bin = Photo.objects.filter(bin=sent.smart_bin)
    before = of_bin.filter(event_id=sent.event_id, content_digest=content_digest).values_list("pk", flat=True).first()
    if before is not None:
        return PhotoRecorded(fate=PhotoFate.DUPLICATE, photo_id=before)
    alike_sent = Q(sent_by__isnull=sent.sent_by is None)
    if of_bin.filter(alike_sent, event_id=sent.event_id).count() >= EVENT_PHOTOS_MAX:
        return PhotoRecorded(fate=PhotoFate.NOT_KEPT, reason=NotKept.EVENT_FULL)
    since = sent.received_at - dt.timedelta(days=1)
    if of_bin.filter(alike_sent, received_at__gt=since).count() >= BIN_PHOTOS_A_DAY_MAX:
        return PhotoRecorded(fate=PhotoFate.NOT_KEPT, reason=NotKept.BIN_FULL)
    return None
