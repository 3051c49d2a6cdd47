"""The demo's invented map: outlines that an import would take, and points that lie in them."""

import json

from lib.outlines import parse_outline
from lib.places import metres_between
from simulation.demo_places import community_outline, point_position, subdistrict_outline


def test_every_outline_is_one_and_every_point_stands_well_within_its_community() -> None:
    for area in range(4):
        assert parse_outline(text=json.dumps(subdistrict_outline(area=area))) == subdistrict_outline(area=area)
        for place in range(3):
            outline = community_outline(area=area, place=place)
            assert parse_outline(text=json.dumps(outline)) == outline
            ring = outline["coordinates"][0]
            for number in range(6):
                longitude, latitude = point_position(area=area, place=place, number=number, count=6)
                corners_m = [metres_between(here=(latitude, longitude), there=(y, x)) for x, y in ring]
                assert 50 < min(corners_m) < max(corners_m) < 800
