"""The rows under a community's figures: its days, and of one day the drop-offs that were tallied and the loads."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from collection.models import Load
from collection.queries import standing_loads
from indicators.facts import Period
from indicators.models import CommunityDay
from sorting.models import DropOff, SetAside


@dataclass(frozen=True, slots=True)
class DropOffLine:
    """One drop-off as an officer sees it: whose it was is a key, never a name or an address."""

    at: dt.datetime
    bin_code: str
    category: str
    weight_g: int
    household_id: int | None


def days_of_community(*, community_id: int, period: Period) -> list[CommunityDay]:
    """The tallies of the community in the period, the newest day first."""
    days = CommunityDay.objects.filter(community=community_id, occurred_on__range=(period.starts_on, period.ends_on))
    return list(days.order_by("-occurred_on", "category"))


def loads_of_community(*, community_id: int, period: Period) -> QuerySet[Load]:
    """The loads that left the community in the period and stand, the newest day first."""
    loads = standing_loads().filter(community=community_id, collected_on__range=(period.starts_on, period.ends_on))
    return loads.order_by("-collected_on", "load_id")


def drop_offs_of_day(*, community_id: int, on: dt.date, limit: int) -> Sequence[DropOffLine]:
    """What the day's tally counted, in order: not what still waits or was set aside. At most `limit`."""
    drop_offs = (
        DropOff.objects.filter(community=community_id, occurred_on=on, batch__tallied_at__isnull=False)
        .exclude(pk__in=SetAside.objects.filter(drop_off__isnull=False).values("drop_off"))
        .select_related("bin", "attribution__batch")
        .order_by("occurred_at", "pk")
    )
    return [
        DropOffLine(
            at=drop_off.occurred_at,
            bin_code=drop_off.bin.code,
            category=drop_off.category,
            weight_g=drop_off.weight_g,
            household_id=_owner_id(drop_off=drop_off),
        )
        for drop_off in drop_offs[:limit]
    ]


def _owner_id(*, drop_off: DropOff) -> int | None:
    if drop_off.household_id is not None:
        return drop_off.household_id
    attribution = getattr(drop_off, "attribution", None)
    if attribution is None or attribution.batch.tallied_at is None:
        return None
    return int(attribution.household_id)
