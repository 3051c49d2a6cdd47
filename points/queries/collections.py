"""What a counter handed out in a month."""

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils import timezone

from points.models import Redemption, RedemptionStatus, Shop


def collected_in_month(
    *, shop: Shop, first_on: dt.date, after: tuple[dt.datetime, int] | None = None
) -> QuerySet[Redemption]:
    """The redemptions collected there in the local month that begins on a day, in order; after a moment and key."""
    next_first = (first_on + dt.timedelta(days=31)).replace(day=1)
    begins, ends = (timezone.make_aware(dt.datetime.combine(day, dt.time.min)) for day in (first_on, next_first))
    found = Redemption.objects.select_related("reward").filter(
        shop=shop, status=RedemptionStatus.COLLECTED, closed_at__gte=begins, closed_at__lt=ends
    )
    if after is not None:
        at, pk = after
        found = found.filter(Q(closed_at__gt=at) | Q(closed_at=at, pk__gt=pk))
    return found.order_by("closed_at", "pk")
