"""What is declared of a community on a day, and the rows that say it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from households.models import Community, CommunityChange

FROM_THE_BEGINNING = dt.date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Declared:
    """What is declared of a community; counts are None where nobody knows."""

    is_urban_core: bool
    is_pilot: bool
    household_count: int | None
    resident_count: int | None


def declared_on(*, community: Community, on: dt.date) -> Declared:
    """What held of one community on that day. One query."""
    ((_, declared),) = communities_as_declared(communities=Community.objects.filter(pk=community.pk), on=on)
    return declared


def communities_as_declared(*, communities: QuerySet[Community], on: dt.date) -> list[tuple[Community, Declared]]:
    """Each of these communities, in their order, with what held of it on that day. One query."""
    holding = CommunityChange.objects.filter(community=OuterRef("pk"), valid_from__lte=on)
    latest = holding.order_by("-valid_from", "-pk")
    fields = ("pk", "is_urban_core", "is_pilot", "household_count", "resident_count")
    held = communities.annotate(**{f"held_{name}": Subquery(latest.values(name)[:1]) for name in fields})
    return [(each, _declared(community=each, on=on)) for each in held]


def _declared(*, community: Any, on: dt.date) -> Declared:
    """Of a community with what its latest row says, if it has one: `held_pk` and the four."""
    if community.held_pk is None:
        return as_its_row_says(community=community, on=on)
    return Declared(
        is_urban_core=community.held_is_urban_core,
        is_pilot=community.held_is_pilot,
        household_count=community.held_household_count,
        resident_count=community.held_resident_count,
    )


def as_its_row_says(*, community: Community, on: dt.date) -> Declared:
    """Of a community that was never changed."""
    return Declared(
        is_urban_core=community.is_urban_core,
        is_pilot=community.is_pilot and (community.pilot_since is None or community.pilot_since <= on),
        household_count=community.household_count,
        resident_count=community.resident_count,
    )


def changes_of(*, community: Community) -> QuerySet[CommunityChange]:
    """Every row of the community, the latest day first, and what was recorded last before what it replaces."""
    return community.changes.select_related("recorded_by").order_by("-valid_from", "-pk")
