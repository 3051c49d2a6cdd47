"""Reading which communities are in a guide's care."""

import datetime as dt

from django.db.models import Q

from guides.models import GuideAssignment
from people.models import User


def community_ids_of_guide(*, guide: User, on: dt.date) -> frozenset[int]:
    """The communities given to the guide on a local day."""
    return frozenset(
        GuideAssignment.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=on), guide=guide, starts_on__lte=on
        ).values_list("community_id", flat=True)
    )
