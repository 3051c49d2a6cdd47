"""Reading CommunityDay as export_community_days writes it."""

import datetime as dt
from collections.abc import Iterator

from indicators.models import CommunityDay

COMMUNITY_DAY_HEADINGS = ("community", "date", "category", "drop_off_count", "weight_g", "household_count")
FETCHED_ROWS = 5_000  # held in memory at a time


def community_day_rows() -> Iterator[tuple[str | int | dt.date, ...]]:
    """The values of COMMUNITY_DAY_HEADINGS by date, community (in the order of registration) and category."""
    return (
        CommunityDay.objects.order_by("occurred_on", "community_id", "category")
        .values_list("community__name", "occurred_on", "category", "drop_off_count", "weight_g", "household_count")
        .iterator(chunk_size=FETCHED_ROWS)
    )
