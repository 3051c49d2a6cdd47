"""The points that a household may go to: its own first, its community's, then the others of its subdistrict."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from households.models import Community, Household, Subdistrict
from lib.places import Place, metres_between
from sorting.alert_rules import OFFLINE_AFTER
from sorting.models import BinStatus, CollectionPoint, DropOff, SmartBin
from sorting.open_windows import OpeningHours
from sorting.queries.opening_hours import opening_hours_of_points

OWN_MAX = 30  # of the own community
OTHERS_MAX = 10  # a list, not a register: the nearest do

Rates = tuple[tuple[str, float | None], ...]


@dataclass(frozen=True, slots=True)
class NearPoint:
    """A point; `distance_m` from the household's own, None where one of the two has no coordinates.

    `rates`: of each category that is taken there, how full its bin is, None where it does not say.
    """

    point: CollectionPoint
    is_own_community: bool
    distance_m: float | None
    hours: OpeningHours
    rates: Rates


@dataclass(frozen=True, slots=True)
class MappedArea:
    """A subdistrict or community with an outline on record: a GeoJSON geometry."""

    area: Subdistrict | Community
    outline: Mapping[str, object]


def near_points(*, household: Household, days: Collection[dt.date], now: dt.datetime) -> list[NearPoint]:
    """Own community first (the point of the last drop-off, then the nearest to it), then others of the subdistrict.

    With the hours of these local days; six queries, however many points there are.
    """
    community = household.community
    found = list(
        CollectionPoint.objects.filter(community__subdistrict=community.subdistrict_id)
        .select_related("community")
        .defer("community__outline")
    )
    last = DropOff.objects.filter(household_id=household.pk).order_by("-occurred_on", "-occurred_at")
    last_point_id = last.values_list("bin__point_id", flat=True).first()
    own = sorted((each for each in found if each.community_id == community.pk), key=lambda each: each.name)
    home = next((each for each in own if each.pk == last_point_id), own[0] if own else None)
    start = _place(point=home) if home else None
    distances = {each.pk: _distance_m(start=start, point=each) for each in found}

    def order(point: CollectionPoint) -> tuple[bool, bool, float, str, str]:
        distance_m = distances[point.pk]
        return point != home, distance_m is None, distance_m or 0, point.community.name, point.name

    others = sorted((each for each in found if each.community_id != community.pk), key=order)
    shown = [*sorted(own, key=order)[:OWN_MAX], *others[:OTHERS_MAX]]
    keys = [each.pk for each in shown]
    hours, rates = opening_hours_of_points(point_ids=keys, days=days), _rates(point_ids=keys, now=now)
    return [
        NearPoint(
            point=each,
            is_own_community=each.community_id == community.pk,
            distance_m=distances[each.pk] if each != home else None,
            hours=hours[each.pk],
            rates=rates.get(each.pk, ()),
        )
        for each in shown
    ]


def mapped_areas(*, subdistrict: Subdistrict) -> list[MappedArea]:
    """The subdistrict and its communities by name, as far as their outlines are on record."""
    communities = Community.objects.filter(subdistrict=subdistrict).order_by("name")
    areas: list[Subdistrict | Community] = [subdistrict, *communities]
    return [MappedArea(area=each, outline=each.outline) for each in areas if each.outline is not None]


def mapped_points(*, subdistrict: Subdistrict) -> list[CollectionPoint]:
    """The subdistrict's points whose coordinates are on record."""
    known = CollectionPoint.objects.filter(latitude__isnull=False, longitude__isnull=False)
    return list(known.filter(community__subdistrict=subdistrict).order_by("pk"))


def _place(*, point: CollectionPoint) -> Place | None:
    return None if point.latitude is None or point.longitude is None else (point.latitude, point.longitude)


def _distance_m(*, start: Place | None, point: CollectionPoint) -> float | None:
    there = _place(point=point)
    return None if start is None or there is None else metres_between(here=start, there=there)


def _rates(*, point_ids: Collection[int], now: dt.datetime) -> dict[int, Rates]:
    """A category with several bins is as full as its emptiest that says. One that was taken away counts no more, and
    what a bin said before it fell silent is not known any more."""
    heard = BinStatus.objects.filter(bin__point__in=point_ids, received_at__gte=now - OFFLINE_AFTER)
    says = dict(heard.values_list("bin_id", "fill_rates"))
    rates: dict[int, dict[str, float | None]] = defaultdict(dict)
    for each in SmartBin.objects.filter(point__in=point_ids, revoked_at__isnull=True).order_by("code"):
        of_point = rates[each.point_id]
        for category in each.categories.split(";"):
            said = (of_point.get(category), (says.get(each.pk) or {}).get(category))
            of_point[category] = min((rate for rate in said if rate is not None), default=None)
    return {point_id: tuple(of_point.items()) for point_id, of_point in rates.items()}
