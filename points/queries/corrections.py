"""The corrections of households, for those who watch over communities."""

from django.db.models import QuerySet

from households.models import Community
from points.models import PointCorrection


def corrections_in_communities(
    *, communities: QuerySet[Community], state: str | None, before_id: int | None = None
) -> QuerySet[PointCorrection]:
    """The corrections of households there, with household and officers, the newest first; before a key if given."""
    found = PointCorrection.objects.select_related("household", "proposed_by", "decided_by").filter(
        household__community__in=communities
    )
    if state is not None:
        found = found.filter(state=state)
    if before_id is not None:
        found = found.filter(pk__lt=before_id)
    return found.order_by("-pk")
