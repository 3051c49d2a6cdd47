"""Where the demo's district lies: invented outlines and positions, of no real place. Pure."""

import math
import random
from typing import Any

from lib.outlines import DECIMALS

_WEST, _SOUTH = 113.80, 34.00  # the south-west corner
_EAST_A_KM, _NORTH_A_KM = 1 / 92.2, 1 / 111.2  # degrees, at this latitude
_AREA_KM = 2.4  # a subdistrict's side
_CENTRES_KM = ((0.65, 0.75), (1.75, 0.85), (1.15, 1.75))  # of its three communities
_RADIUS_KM = 0.42
_CORNERS = 9
_POINTS_KM = 0.24  # how far from the middle the points of a community stand

Outline = dict[str, Any]


def subdistrict_outline(*, area: int) -> Outline:
    """The outline of the demo's subdistrict of this number, from 0 on: two a row."""
    corners = ((0, 0), (0.5, -0.02), (1, 0), (1.03, 0.5), (1, 1), (0.5, 1.03), (0, 1), (0.02, 0.5))
    west_km, south_km = _corner_km(area=area)
    return _polygon(corners_km=[(west_km + x * _AREA_KM, south_km + y * _AREA_KM) for x, y in corners])


def community_outline(*, area: int, place: int) -> Outline:
    """The outline of the subdistrict's community of this number, from 0 on."""
    x_km, y_km = _centre_km(area=area, place=place)
    chance = random.Random(f"{area}|{place}")  # noqa: S311  (a simulation, no secret)
    reaches_km = [_RADIUS_KM * chance.uniform(0.85, 1.1) for _ in range(_CORNERS)]
    return _polygon(
        corners_km=[
            _around(x_km=x_km, y_km=y_km, reach_km=reach_km, turn=number / _CORNERS)
            for number, reach_km in enumerate(reaches_km)
        ]
    )


def point_position(*, area: int, place: int, number: int, count: int) -> tuple[float, float]:
    """Longitude and latitude of the community's point of this number, from 0 on, of so many."""
    x_km, y_km = _centre_km(area=area, place=place)
    return _degrees(*_around(x_km=x_km, y_km=y_km, reach_km=_POINTS_KM, turn=number / count))


def _corner_km(*, area: int) -> tuple[float, float]:
    row, column = divmod(area, 2)
    return column * _AREA_KM * 1.05, row * _AREA_KM * 1.05


def _centre_km(*, area: int, place: int) -> tuple[float, float]:
    west_km, south_km = _corner_km(area=area)
    x_km, y_km = _CENTRES_KM[place]
    return west_km + x_km, south_km + y_km


def _around(*, x_km: float, y_km: float, reach_km: float, turn: float) -> tuple[float, float]:
    return x_km + reach_km * math.cos(math.tau * turn), y_km + reach_km * math.sin(math.tau * turn)


def _degrees(x_km: float, y_km: float) -> tuple[float, float]:
    return round(_WEST + x_km * _EAST_A_KM, DECIMALS), round(_SOUTH + y_km * _NORTH_A_KM, DECIMALS)


def _polygon(*, corners_km: list[tuple[float, float]]) -> Outline:
    ring = [list(_degrees(*corner)) for corner in [*corners_km, corners_km[0]]]
    return {"type": "Polygon", "coordinates": [ring]}
