"""Whose a photo is, and to whom it is shown. The household's consent is read at that moment, never kept with the photo.

A photo belongs to the household of its drop-off, also where that was found later (Attribution). A photo whose
drop-off has not come is shown to nobody; that of a drop-off without a household is nobody's, and guides and officers
may see it; that of a household only while its consent PHOTO holds. A household always sees its own.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from households.models import Community, ConsentKind, Household
from households.queries import last_consent
from sorting.models import DropOff, Photo, PhotoLikeness

IS_WAITING = Q(drop_off_id__isnull=True)
IS_AGAINST_CONSENT = Q(owner_id__isnull=False, is_agreed=False)
_IS_SHOWN = ~IS_WAITING & ~IS_AGAINST_CONSENT


def photos_with_owner() -> QuerySet[Photo]:
    """Photos with the keys of their drop-off, its community and its household, and whether that household agreed.

    `drop_off_id`, `community_id`, `owner_id` (each null where there is none), `is_agreed`.
    """
    drop_off = DropOff.objects.filter(bin=OuterRef("bin"), event_id=OuterRef("event_id"))
    return Photo.objects.annotate(
        drop_off_id=Subquery(drop_off.values("pk")[:1]),
        community_id=Subquery(drop_off.values("community")[:1]),
        owner_id=Coalesce(
            Subquery(drop_off.values("household")[:1]), Subquery(drop_off.values("attribution__household")[:1])
        ),
    ).annotate(is_agreed=Coalesce(last_consent(household="owner_id", kind=ConsentKind.PHOTO), Value(False)))


def owner_ids_of_photos(*, photo_ids: Collection[int]) -> set[int]:
    """The keys of the households whose these photos are."""
    found = photos_with_owner().filter(pk__in=photo_ids)
    owners = (getattr(photo, "owner_id") for photo in found)  # noqa: B009 - annotated by the query
    return {owner for owner in owners if owner is not None}


def photo_for_household(*, photo_id: int, household: Household) -> Photo | None:
    """The photo where it is of one of the household's own drop-offs."""
    return photos_with_owner().filter(Q(pk=photo_id, owner_id=household.pk)).first()


def photo_in_communities(*, photo_id: int, communities: Collection[int] | QuerySet[Community]) -> Photo | None:
    """The photo where its drop-off was in one of these communities, and nobody's consent is missing."""
    return photos_with_owner().filter(_IS_SHOWN, Q(pk=photo_id, community_id__in=communities)).first()


def drop_off_of_photo(*, photo: Photo) -> DropOff | None:
    """The drop-off that the photo is of; None while it has not come."""
    return DropOff.objects.filter(bin=photo.bin_id, event_id=photo.event_id).first()


def likenesses_in_communities(*, communities: QuerySet[Community]) -> QuerySet[PhotoLikeness]:
    """What was found alike where one of the two bins stands in these communities, the newest first."""
    stands_here = Q(photo__bin__point__community__in=communities) | Q(earlier__bin__point__community__in=communities)
    return _with_places(PhotoLikeness.objects.filter(stands_here)).order_by("-pk")


def likenesses_of_photo(*, photo: Photo) -> QuerySet[PhotoLikeness]:
    """What the photo was found to be like, earlier and later, the closest first."""
    found = PhotoLikeness.objects.filter(Q(photo=photo) | Q(earlier=photo))
    return _with_places(found).order_by("-is_identical", "distance", "pk")


def _with_places(likenesses: QuerySet[PhotoLikeness]) -> QuerySet[PhotoLikeness]:
    return likenesses.select_related("photo__bin__point__community", "earlier__bin__point__community")


def photo_ids_of_drop_offs(*, drop_offs: Sequence[DropOff]) -> dict[int, list[int]]:
    """By the key of the drop-off, the keys of its photos that a guide may see, oldest first. One query."""
    by_event = {(drop_off.bin_id, drop_off.event_id): drop_off.pk for drop_off in drop_offs}
    photos = photos_with_owner().filter(
        _IS_SHOWN, bin__in={bin_id for bin_id, _ in by_event}, event_id__in=[event_id for _, event_id in by_event]
    )
    found: dict[int, list[int]] = defaultdict(list)
    for photo_id, bin_id, event_id in photos.order_by("pk").values_list("pk", "bin_id", "event_id"):
        if (bin_id, event_id) in by_event:
            found[by_event[bin_id, event_id]].append(photo_id)
    return dict(found)


def photo_ids_by_key(*, drop_off_ids: Collection[int]) -> dict[int, list[int]]:
    """The same where only the keys of the drop-offs are at hand. Two queries; none for no key."""
    if not drop_off_ids:
        return {}
    return photo_ids_of_drop_offs(drop_offs=list(DropOff.objects.filter(pk__in=drop_off_ids)))


def photos_of_drop_offs(
    *, drop_offs: Sequence[DropOff], communities: Collection[int] | QuerySet[Community]
) -> list[tuple[Photo, int, bool]]:
    """Their photos, oldest first: each with the key of its drop-off and whether who watches over these may see it."""
    by_event = {(drop_off.bin_id, drop_off.event_id): drop_off.pk for drop_off in drop_offs}
    photos = photos_with_owner().filter(
        bin__in={bin_id for bin_id, _ in by_event}, event_id__in=[event_id for _, event_id in by_event]
    )
    shown = set(photos.filter(_IS_SHOWN, Q(community_id__in=communities)).values_list("pk", flat=True))
    return [
        (photo, by_event[photo.bin_id, photo.event_id], photo.pk in shown)
        for photo in photos.order_by("pk")
        if (photo.bin_id, photo.event_id) in by_event
    ]


def likenesses_among(*, photo_ids: Collection[int]) -> QuerySet[PhotoLikeness]:
    """What was found alike where both photos are among these, the closest first."""
    found = PhotoLikeness.objects.filter(photo__in=photo_ids, earlier__in=photo_ids)
    return found.order_by("-is_identical", "distance", "pk")
