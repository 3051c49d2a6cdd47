"""东湖花园 on a map: its outline, its points, and those of the communities beside it."""

import datetime as dt
from typing import Any

from households.models import Community, Subdistrict
from sorting.models import CollectionPoint, SmartBin

EAST_GATE = (34.0300, 113.8500)  # latitude, longitude
_NORTH_100_M = 0.0009


def square(*, middle: tuple[float, float] = EAST_GATE, half_side: float) -> dict[str, Any]:
    """A square outline, counterclockwise."""
    latitude, longitude = middle
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
    ring = [[round(longitude + x * half_side, 6), round(latitude + y * half_side, 6)] for x, y in corners]
    return {"type": "Polygon", "coordinates": [ring]}


def draw_map(*, bin_07: SmartBin, now: dt.datetime) -> None:
    """The east gate has its place; 300 m north the north gate; a third is unplaced; 南苑小区 lies beside."""
    east_lake = bin_07.point.community
    CollectionPoint.objects.filter(pk=bin_07.point_id).update(latitude=EAST_GATE[0], longitude=EAST_GATE[1])
    Community.objects.filter(pk=east_lake.pk).update(outline=square(half_side=0.004))
    Subdistrict.objects.filter(pk=east_lake.subdistrict_id).update(outline=square(half_side=0.02))
    north = CollectionPoint.objects.create(
        community=east_lake, name="北门", latitude=EAST_GATE[0] + 3 * _NORTH_100_M, longitude=EAST_GATE[1]
    )
    SmartBin.objects.create(code="B-0008", point=north, categories="FOOD", registered_at=now)
    CollectionPoint.objects.create(community=east_lake, name="物业旁")
    garden = Community.objects.create(subdistrict=east_lake.subdistrict, name="南苑小区")
    CollectionPoint.objects.create(
        community=garden, name="南苑正门", latitude=EAST_GATE[0] + 7 * _NORTH_100_M, longitude=EAST_GATE[1]
    )
    CollectionPoint.objects.create(
        community=garden, name="南苑后门", latitude=EAST_GATE[0] + 12 * _NORTH_100_M, longitude=EAST_GATE[1]
    )
