"""Finds the photos of other events that a new photo is the same as, or nearly so."""

import datetime as dt

from django.db.models import Q

from lib.picture_hashes import DISTANCE_MAX, distance
from sorting.models import Photo, PhotoLikeness

CANDIDATES_MAX = 2_000  # a camera that always sees the same wall shares a band with thousands
LIKENESSES_MAX = 10  # a person looks at them; more of the same photo tell no more


def record_likenesses(*, photo: Photo, now: dt.datetime) -> int:
    """Record which earlier photos of other events `photo` is like, the closest first; how many.

    A flat one is like none. Call it in the transaction that wrote the photo, in which no other photo can be written.
    """
    if photo.is_flat:
        return 0
    shares_a_band = Q(band_0=photo.band_0) | Q(band_1=photo.band_1) | Q(band_2=photo.band_2) | Q(band_3=photo.band_3)
    candidates = (
        Photo.objects.filter(shares_a_band | Q(content_digest=photo.content_digest), is_flat=False)
        .exclude(bin=photo.bin_id, event_id=photo.event_id)
        .order_by("-pk")
        .values_list("pk", "dhash", "content_digest")[:CANDIDATES_MAX]
    )
    found = []
    for earlier_id, dhash, digest in candidates:
        is_identical = digest == photo.content_digest
        bits = 0 if is_identical else distance(one=photo.dhash, other=dhash)
        if bits <= DISTANCE_MAX:
            found.append((not is_identical, bits, earlier_id))
    closest = sorted(found, key=lambda each: each[:2])[:LIKENESSES_MAX]  # the newest first among equals
    PhotoLikeness.objects.bulk_create(
        PhotoLikeness(photo=photo, earlier_id=earlier_id, distance=bits, is_identical=not is_other, found_at=now)
        for is_other, bits, earlier_id in closest
    )
    return len(closest)
