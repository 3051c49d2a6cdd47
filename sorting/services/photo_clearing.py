"""Removes the photos that may not be kept any longer, and the files that no row names."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from lib.dialect import wait_in_line
from sorting.models import Photo, PhotoLikeness
from sorting.photo_files import names_on_disk, remove_empty_folders, remove_files
from sorting.queries.photos import IS_AGAINST_CONSENT, IS_WAITING, photos_with_owner
from sorting.services.events import AGE_DAYS_MAX
from sorting.services.photos import PHOTO_LINE

PHOTOS_A_TRANSACTION = 500
ORPHAN_AGE = dt.timedelta(hours=1)  # a file waits seconds for its row


def clear_photos(*, now: dt.datetime) -> int:
    """Delete what is past PHOTO_KEPT_DAYS, what its household does not agree to (any more), and what waits for a
    drop-off that would be refused for its age by now; how many photos. Their likenesses go with them.
    """
    is_old = Q(received_at__lt=now - dt.timedelta(days=settings.PHOTO_KEPT_DAYS))
    is_waiting_for_ever = IS_WAITING & Q(received_at__lt=now - dt.timedelta(days=AGE_DAYS_MAX + 1))
    found = photos_with_owner().filter(is_old | is_waiting_for_ever | IS_AGAINST_CONSENT).order_by("pk")
    photos = list(found.values_list("pk", "large_name", "small_name"))
    for start in range(0, len(photos), PHOTOS_A_TRANSACTION):
        chunk = photos[start : start + PHOTOS_A_TRANSACTION]
        _delete_rows(photo_ids=[photo_id for photo_id, _, _ in chunk])
        # After the commit: a crash between leaves files without a row, never a row without files.
        remove_files(names=[name for _, *names in chunk for name in names])
    return len(photos)


def sweep_photo_files(*, now: dt.datetime) -> int:
    """Remove files that are older than ORPHAN_AGE and that no row names, left by a crash or by a backup; how many."""
    removed_count = 0
    for day, names in names_on_disk(written_before=now - ORPHAN_AGE):
        begins = timezone.make_aware(dt.datetime.combine(day, dt.time()))
        # Its rows were received on the folder's day; a day on each side covers a district that changed its time zone.
        rows = Photo.objects.filter(received_at__range=(begins - dt.timedelta(days=1), begins + dt.timedelta(days=2)))
        named = {name for pair in rows.values_list("large_name", "small_name") for name in pair}
        orphans = [name for name in names if name not in named]
        if orphans and remove_files(names=orphans):
            removed_count += len(orphans)
    remove_empty_folders(before=timezone.localdate(now) - dt.timedelta(days=1))
    return removed_count


@transaction.atomic
def _delete_rows(*, photo_ids: list[int]) -> None:
    # In the line of those who write: no likeness is being recorded to a photo that goes.
    wait_in_line(key=PHOTO_LINE)
    PhotoLikeness.objects.filter(Q(photo__in=photo_ids) | Q(earlier__in=photo_ids)).delete()
    Photo.objects.filter(pk__in=photo_ids).delete()
