"""Which communities are in a guide's care, and which photos."""

import datetime as dt

from django.db.models import Q

from guides.models import GuideAssignment
from people.models import User
from sorting.models import Photo
from sorting.queries.photos import photo_in_communities


def community_ids_of_guide(*, guide: User, on: dt.date) -> frozenset[int]:
    """The communities given to the guide on a local day."""
    return frozenset(
        GuideAssignment.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=on), guide=guide, starts_on__lte=on
        ).values_list("community_id", flat=True)
    )


def photo_for_guide(*, photo_id: int, guide: User, on: dt.date) -> Photo | None:
    """The photo where it is of a community given to the guide on that day, and nobody's consent is missing."""
    return photo_in_communities(photo_id=photo_id, communities=community_ids_of_guide(guide=guide, on=on))
