"""Reading CommunityDay as export_community_days writes it."""

import datetime as dt
from collections.abc import Collection, Iterator

from django.db.models import Q

from indicators.facts import Period
from indicators.models import CommunityDay

COMMUNITY_DAY_HEADINGS = ("community", "date", "category", "drop_off_count", "weight_g", "household_count")
CommunityDayKey = tuple[dt.date, int, str]
FETCHED_ROWS = 5_000  # held in memory at a time


def community_day_rows() -> Iterator[tuple[str | int | dt.date, ...]]:
    """The values of COMMUNITY_DAY_HEADINGS by date, community (in the order of registration) and category."""
    return (
        CommunityDay.objects.order_by("occurred_on", "community_id", "category")
        .values_list("community__name", "occurred_on", "category", "drop_off_count", "weight_g", "household_count")
        .iterator(chunk_size=FETCHED_ROWS)
    )


def community_days(
    *, community_ids: Collection[int], period: Period, after: CommunityDayKey | None, limit: int
) -> list[CommunityDay]:
    """The days of these communities by date, community and category: up to `limit` of those after a key."""
    days = CommunityDay.objects.select_related("community").filter(
        community__in=community_ids, occurred_on__range=(period.starts_on, period.ends_on)
    )
    if after is not None:
        on, community_id, category = after
        days = days.filter(
            Q(occurred_on__gt=on)
            | Q(occurred_on=on, community__gt=community_id)
            | Q(occurred_on=on, community=community_id, category__gt=category)
        )
    return list(days.order_by("occurred_on", "community_id", "category")[:limit])
