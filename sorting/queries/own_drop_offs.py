"""The drop-offs of households: by the card, and those that were given to them later (Attribution)."""

from collections.abc import Collection

from django.db.models import QuerySet

from sorting.models import Attribution, DropOff


def drop_offs_of(*, household_ids: Collection[int]) -> QuerySet[DropOff]:
    """All drop-offs of these households, in no order."""
    later = list(Attribution.objects.filter(household__in=household_ids).values_list("drop_off_id", flat=True))
    return DropOff.objects.filter(household__in=household_ids) | DropOff.objects.filter(pk__in=later)
