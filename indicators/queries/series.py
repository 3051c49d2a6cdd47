"""Reads the tallies of a period by day, for the trend: one query, whatever the number of communities."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Max, Sum

from collection.queries import standing_loads
from indicators.facts import Period
from indicators.models import CommunityDay


@dataclass(frozen=True, slots=True)
class DayWeight:
    """Grams of one category that were dropped off on one day."""

    on: dt.date
    category: str
    weight_g: int


def drop_off_series(*, period: Period, community_ids: Collection[int] | None) -> list[DayWeight]:
    """What was dropped off by day and category; None stands for every community."""
    days = CommunityDay.objects.filter(occurred_on__range=(period.starts_on, period.ends_on))
    if community_ids is not None:
        days = days.filter(community__in=community_ids)
    rows = days.values_list("occurred_on", "category").annotate(total_g=Sum("weight_g")).order_by("occurred_on")
    return [DayWeight(on=on, category=category, weight_g=int(total_g)) for on, category, total_g in rows]


def last_load_on(*, period: Period, community_ids: Collection[int] | None) -> dt.date | None:
    """The last day of the period with a load; None where there is none. None stands for every community."""
    loads = standing_loads().filter(collected_on__range=(period.starts_on, period.ends_on))
    if community_ids is not None:
        loads = loads.filter(community__in=community_ids)
    found: dt.date | None = loads.aggregate(last_on=Max("collected_on"))["last_on"]
    return found
