"""Where a guide works: communities with their points and the bins in service there."""

import datetime as dt
from collections.abc import Collection

from django.db.models import Prefetch, QuerySet

from households.models import Community
from sorting.models import CollectionPoint
from sorting.queries.bin_health import bins_in_service


def communities_with_points(*, community_ids: Collection[int], now: dt.datetime) -> QuerySet[Community]:
    """These communities by name, each with `points_in_order`, each of them with `bins_in_service`. Three queries."""
    bins = Prefetch("bins", queryset=bins_in_service(now=now).order_by("code"), to_attr="bins_in_service")
    points = Prefetch(
        "collection_points",
        queryset=CollectionPoint.objects.order_by("name").prefetch_related(bins),
        to_attr="points_in_order",
    )
    return Community.objects.filter(pk__in=community_ids).order_by("name").prefetch_related(points)
