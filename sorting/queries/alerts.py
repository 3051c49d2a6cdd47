"""The alerts of bins, for those who watch over communities."""

from django.db.models import QuerySet

from households.models import Community
from sorting.models import Alert


def alerts_in_communities(
    *, communities: QuerySet[Community], is_open_only: bool, before_id: int | None = None
) -> QuerySet[Alert]:
    """The alerts of the bins there, with bin, point and community, the newest first; before a key if given."""
    alerts = Alert.objects.select_related("bin__point__community").filter(bin__point__community__in=communities)
    if is_open_only:
        alerts = alerts.filter(closed_at__isnull=True)
    if before_id is not None:
        alerts = alerts.filter(pk__lt=before_id)
    return alerts.order_by("-pk")
