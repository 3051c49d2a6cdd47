"""One card at two places (一卡两地): sooner than anybody comes from the one to the other."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from points.flags.rules.bags import Bag, seconds_between
from points.flags.thresholds import (
    CLOCK_TOLERANCE_S,
    TRAVEL_M_A_S_MAX,
    TWO_PLACES_GAP_S_MAX,
    UNKNOWN_PLACES_GAP_S,
)

_EARTH_M_A_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a point lies, in metres on a flat map of the district."""

    x_m: float
    y_m: float


@dataclass(frozen=True, slots=True)
class TwoPlaces:
    """How often on one day a card was at two points too soon; the shortest gap, and how far apart (None: unknown)."""

    leg_count: int
    gap_s: float
    distance_m: int | None
    drop_off_ids: tuple[int, ...]


def spot_of(*, latitude: float, longitude: float, middle_latitude: float) -> Spot:
    """A point on a flat map around a middle latitude: within a district it is right to less than one in a thousand."""
    return Spot(
        x_m=longitude * _EARTH_M_A_DEGREE * math.cos(math.radians(middle_latitude)), y_m=latitude * _EARTH_M_A_DEGREE
    )


def is_too_soon(*, gap_s: float, distance_m: float | None) -> bool:
    """Whether nobody covers the distance in the gap; of an unknown distance, whether it is within a minute."""
    if gap_s > TWO_PLACES_GAP_S_MAX:
        return False
    if distance_m is None:
        return gap_s <= UNKNOWN_PLACES_GAP_S
    return distance_m > (gap_s + CLOCK_TOLERANCE_S) * TRAVEL_M_A_S_MAX


def find_two_places(*, bags: Sequence[Bag], spots: Mapping[int, Spot]) -> TwoPlaces | None:
    """Judge one card's bags of one day; `spots` by point, without the points whose coordinates are unknown."""
    in_order = sorted(bags, key=lambda each: (each.occurred_at, each.drop_off_id))
    legs = []
    for before, after in pairwise(in_order):
        if before.point_id == after.point_id:
            continue
        gap_s = seconds_between(before.occurred_at, after.occurred_at)
        distance_m = _distance_m(spots.get(before.point_id), spots.get(after.point_id))
        if is_too_soon(gap_s=gap_s, distance_m=distance_m):
            legs.append((gap_s, distance_m, before.drop_off_id, after.drop_off_id))
    if not legs:
        return None
    gap_s, distance_m, _, _ = min(legs, key=lambda leg: leg[0])
    ids = {drop_off_id: None for *_, before_id, after_id in legs for drop_off_id in (before_id, after_id)}
    return TwoPlaces(
        leg_count=len(legs),
        gap_s=gap_s,
        distance_m=None if distance_m is None else round(distance_m),
        drop_off_ids=tuple(ids),
    )


def _distance_m(one: Spot | None, other: Spot | None) -> float | None:
    return None if one is None or other is None else math.hypot(one.x_m - other.x_m, one.y_m - other.y_m)
