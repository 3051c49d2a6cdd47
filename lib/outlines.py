"""Outlines of areas as GeoJSON (RFC 7946): a Polygon or MultiPolygon in WGS 84 degrees, longitude first."""

import json
import math
from itertools import pairwise
from typing import Any, NoReturn

CHARACTERS_MAX = 20_000  # fits a spreadsheet's cell
POSITIONS_MAX = 600  # an estate needs some dozens of corners; a slow phone draws and loads these
DECIMALS = 6  # a tenth of a metre

Ring = list[list[float]]


class OutlineInvalid(Exception):
    """The text is no outline; the words say why."""


def parse_outline(*, text: str) -> dict[str, Any]:
    """The geometry as it is kept: closed rings, outer ones counterclockwise and holes clockwise, rounded, no heights.

    A Feature gives its geometry. That a ring does not cross itself is not looked at.

    :raises OutlineInvalid: anything else.
    """
    if len(text) > CHARACTERS_MAX:
        raise OutlineInvalid(f"太长：最多 {CHARACTERS_MAX:,} 个字符，请把边界简化后再导入")
    try:
        found = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise OutlineInvalid("不是 GeoJSON：应如 {“type”:“Polygon”,“coordinates”:[[[经度,纬度],…]]}") from None
    if isinstance(found, dict) and found.get("type") == "Feature":
        found = found.get("geometry")
    kind = found.get("type") if isinstance(found, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise OutlineInvalid("应为 Polygon 或 MultiPolygon，其他种类不能作为范围")
    coordinates = found.get("coordinates")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(polygons, list) or not polygons:
        raise OutlineInvalid("里没有边界线：coordinates 是空的或者写法不对")
    kept = [_polygon(rings=each) for each in polygons]
    count = sum(len(ring) for rings in kept for ring in rings)
    if count > POSITIONS_MAX:
        raise OutlineInvalid(f"有 {count} 个点，最多 {POSITIONS_MAX} 个，请把边界简化后再导入")
    return {"type": kind, "coordinates": kept[0] if kind == "Polygon" else kept}


def _polygon(*, rings: Any) -> list[Ring]:
    if not isinstance(rings, list) or not rings:
        raise OutlineInvalid("里没有边界线：coordinates 是空的或者写法不对")
    return [_ring(positions=ring, is_outer=place == 0) for place, ring in enumerate(rings)]


def _ring(*, positions: Any, is_outer: bool) -> Ring:
    if not isinstance(positions, list):
        raise OutlineInvalid("里没有边界线：coordinates 是空的或者写法不对")
    ring = [_position(position=each) for each in positions]
    if len(ring) < 4:
        raise OutlineInvalid("的一圈边界至少要 4 个点（最后一个与第一个相同）")
    if ring[0] != ring[-1]:
        raise OutlineInvalid("的边界没有闭合：一圈的最后一个点要与第一个点相同")
    area = _doubled_area(ring=ring)
    if area == 0:
        raise OutlineInvalid("的一圈边界没有面积，请核对各点")
    return ring if (area > 0) == is_outer else ring[::-1]


def _position(*, position: Any) -> list[float]:
    numbers = position[:2] if isinstance(position, list) else []
    if len(numbers) != 2 or not all(type(each) in (int, float) for each in numbers):
        raise OutlineInvalid("里有一个点不是 [经度,纬度]")
    longitude, latitude = numbers
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise OutlineInvalid("里有一个点超出范围：先写经度（-180 至 180），再写纬度（-90 至 90）")
    return [round(float(longitude), DECIMALS), round(float(latitude), DECIMALS)]


def _doubled_area(*, ring: Ring) -> float:
    """Twice the area in square degrees, positive where the ring goes counterclockwise."""
    x_first, y_first = ring[0]  # seen from its own corner: differences of large products would be lost
    corners = [(x - x_first, y - y_first) for x, y in ring]
    return math.fsum(x * y_next - x_next * y for (x, y), (x_next, y_next) in pairwise(corners))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
