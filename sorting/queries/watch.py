"""The state of the bins and of the queue, in three queries: what an officer looks at first when figures look wrong."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count, Min, Q

from sorting.alert_rules import OFFLINE_AFTER
from sorting.models import DEVICE_DOORS, Alert, AlertKind, BinStatus, DropOffBatch
from sorting.queries.bin_health import bins_in_service


@dataclass(frozen=True, slots=True)
class Watch:
    """Bins in service and heard of lately, open alerts by kind, and how long the oldest due batch waits.

    The queue is that of the whole district: a batch waits for all. `oldest_untallied_age` is None where none waits.
    """

    bin_count: int
    online_count: int
    open_alert_counts: Mapping[str, int]
    oldest_untallied_age: dt.timedelta | None


def read_watch(*, community_ids: Collection[int] | None, now: dt.datetime) -> Watch:
    """As of now, of these communities; None stands for every one."""
    bins = bins_in_service(now=now)
    alerts = Alert.objects.filter(closed_at__isnull=True)
    if community_ids is not None:
        bins = bins.filter(point__community__in=community_ids)
        alerts = alerts.filter(bin__point__community__in=community_ids)
    since = now - OFFLINE_AFTER
    heartbeats = BinStatus.objects.filter(received_at__gte=since).values("bin_id")
    batches = DropOffBatch.objects.filter(received_at__gte=since, door__in=DEVICE_DOORS).values("bin_id")
    counts = bins.aggregate(
        bin_count=Count("pk"), online_count=Count("pk", filter=Q(pk__in=heartbeats) | Q(pk__in=batches))
    )
    oldest_due_at = DropOffBatch.objects.filter(tallied_at__isnull=True, due_at__lte=now).aggregate(at=Min("due_at"))
    by_kind = alerts.values_list("kind").annotate(count=Count("pk")).order_by()
    return Watch(
        bin_count=counts["bin_count"],
        online_count=counts["online_count"],
        open_alert_counts=dict.fromkeys(AlertKind.values, 0) | dict(by_kind),
        oldest_untallied_age=None if oldest_due_at["at"] is None else now - oldest_due_at["at"],
    )
