"""Where and when Mrs Zhang drops off: her own point first, then by distance; and the same points as GeoJSON."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from households.models import Community, Household, Subdistrict
from pages.my.points import distance_text
from sorting.models import BinStatus, CollectionPoint, SmartBin, SpecialDay
from tests.builders import make_drop_off
from tests.conftest import NOON, TODAY
from tests.places import EAST_GATE, draw_map, square

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def on_the_map(bin_07: SmartBin) -> None:
    draw_map(bin_07=bin_07, now=NOON)


def listed(client: Client) -> list[str]:
    """The points in their order, each without its tags."""
    text = client.get("/my/points").content.decode()
    cards = re.findall(r'<section class="panel point".*?</section>', text, re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", each)).strip() for each in cards]


def test_the_point_where_the_zhangs_went_last_comes_first_and_the_others_by_their_way_from_it(
    grandma: Client, zhang: Household, bin_07: SmartBin, on_the_map: None
) -> None:
    north = SmartBin.objects.get(code="B-0008")
    make_drop_off(smart_bin=north, household=zhang, occurred_at=NOON - dt.timedelta(days=1))
    says = {"received_at": NOON, "signed_at": NOON, "said_at": NOON, "clock_skew_s": 0}
    BinStatus.objects.create(bin=north, fill_rates={"FOOD": 0.95}, **says)
    assert [re.sub(r" (现在|下一次).*", "", each) for each in listed(grandma)] == [
        "1 北门",
        "2 东门 离您家投放点约 300 米",
        "3 物业旁",
        "4 南苑正门 南苑小区 离您家投放点约 400 米",
        "5 南苑后门 南苑小区 离您家投放点约 900 米",
    ]
    assert listed(grandma)[0] == "1 北门 现在开放，到 24:00 今天：全天开放 厨余垃圾桶：快满了，可以换一个点"
    assert "下一次：今天 18:00 今天：07:00–09:00、18:00–20:00" in listed(grandma)[1]
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON)
    assert listed(grandma)[0].startswith("1 东门 下一次")


def test_a_second_bin_with_room_keeps_the_category_open_and_a_holiday_closes_the_point(
    grandma: Client, bin_07: SmartBin, on_the_map: None
) -> None:
    SmartBin.objects.create(code="B-0009", point=bin_07.point, categories="FOOD", registered_at=NOON)
    SpecialDay.objects.create(point=bin_07.point, on_date=TODAY)
    says = {"received_at": NOON, "signed_at": NOON, "said_at": NOON, "clock_skew_s": 0}
    for smart_bin, rate in zip(SmartBin.objects.filter(point=bin_07.point).order_by("code"), (0.95, 0.3), strict=True):
        BinStatus.objects.create(bin=smart_bin, fill_rates={"FOOD": rate}, **says)
    east = next(each for each in listed(grandma) if "东门" in each)
    assert "下一次：明天 07:00 今天：今天不开放" in east
    assert "厨余垃圾桶：还空 70 %" in east


def test_the_list_takes_the_same_queries_for_many_points_and_ends(
    grandma: Client, bin_07: SmartBin, on_the_map: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    garden = Community.objects.get(name="南苑小区")
    for number in range(40):
        CollectionPoint.objects.create(community=bin_07.point.community, name=f"点 {number:02}")
        CollectionPoint.objects.create(community=garden, name=f"点 {number:02}")
    with django_assert_max_num_queries(9):
        assert len(listed(grandma)) == 40


def test_wang_in_another_subdistrict_sees_none_of_it(wang_client: Client, on_the_map: None) -> None:
    assert listed(wang_client) == []
    assert "还没有登记投放点" in wang_client.get("/my/points").content.decode()


def test_anybody_gets_the_map_as_geojson_with_longitude_first_and_keeps_it(
    client: Client, east_lake: Community, bin_07: SmartBin, on_the_map: None
) -> None:
    address = f"/points/{east_lake.subdistrict_id}.geojson"
    answer = client.get(address)
    assert answer["Content-Type"] == "application/geo+json"
    assert answer["Cache-Control"] == "public, max-age=3600"
    found = answer.json()
    assert found["type"] == "FeatureCollection"
    assert all(set(each) == {"type", "id", "geometry", "properties"} for each in found["features"])
    by_name = {each["properties"]["name"]: each for each in found["features"]}
    # What is unplaced is not there.
    assert list(by_name) == ["东城街道", "东湖花园", "东门", "北门", "南苑正门", "南苑后门"]
    assert by_name["东门"]["id"] == f"point-{bin_07.point_id}"
    assert by_name["东门"]["geometry"] == {"type": "Point", "coordinates": [EAST_GATE[1], EAST_GATE[0]]}
    assert by_name["东湖花园"]["geometry"] == square(half_side=0.004)
    again = client.get(address, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Subdistrict.objects.update(outline=None)
    Community.objects.update(outline=None)
    moved = client.get(address, headers={"If-None-Match": answer["ETag"]})
    assert [each["geometry"]["type"] for each in moved.json()["features"]] == ["Point"] * 4
    assert client.get("/points/999999.geojson").status_code == 404


@pytest.mark.parametrize(
    ("distance_m", "words"),
    [(None, ""), (3.0, "约 50 米"), (312.0, "约 300 米"), (949.0, "约 950 米"), (960.0, "约 1.0 千米")],
)
def test_a_distance_is_said_as_one_walks_it(distance_m: float | None, words: str) -> None:
    assert distance_text(distance_m=distance_m) == words
