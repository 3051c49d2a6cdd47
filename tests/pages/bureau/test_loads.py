"""Zhao enters, shares and corrects a truck on a screen; an officer of one estate sees and corrects only its own."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from collection.models import Load, Weighing
from collection.queries import standing_loads
from households.models import Community
from people.models import ScopeKind, User
from tests.builders import make_load
from tests.conftest import NOON, TODAY
from tests.pages.bureau.test_published import make_officer

pytestmark = pytest.mark.django_db
LIST, NEW = "/bureau/loads/", "/bureau/loads/new"


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """The server's clock stands at noon."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def officer(client: Client, zhao: User) -> Client:
    """Officer Zhao's browser."""
    client.force_login(zhao)
    return client


def slip(*names: str, **changed: str) -> dict[str, str]:
    """5,700 kg full, 2,200 kg empty, from these communities."""
    said = {"number": "GB-1", "collected_on": "2026-11-23", "category": "FOOD", "destination": "COMPOSTING"}
    said |= {"gross_kg": "5,700", "tare_kg": "2200", "vehicle": "豫K12345"}
    return said | {f"community_{row}": name for row, name in enumerate(names)} | changed


def standing() -> list[tuple[str, str, int]]:
    return list(standing_loads().order_by("load_id").values_list("load_id", "community__name", "weight_g"))


def test_zhao_enters_a_truck_corrects_it_and_both_stand_on_record(
    officer: Client, east_lake: Community, west_park: Community
) -> None:
    said = officer.post(NEW, slip("东湖花园"), follow=True)
    assert "已登记:GB-1,净重 3,500 千克" in said.content.decode()
    address = said.request["PATH_INFO"]
    form = officer.get(f"{address}/correct").content.decode()
    for value in ("5,700", "2,200", "东湖花园", "豫K12345"):
        assert f'value="{value}"' in form
    changes = slip("东湖花园", "西园新村", weight_0="3000", weight_1="400", tare_kg="2300", revision="0")
    answer = officer.post(f"{address}/correct", changes)
    assert (answer.status_code, "该字段是必填项" in answer.content.decode()) == (422, True), "the reason is missing"
    page = officer.post(f"{address}/correct", changes | {"reason": "皮重看错"}, follow=True).content.decode()
    assert standing() == [("GB-1~1/1", "东湖花园", 3_000_000), ("GB-1~1/2", "西园新村", 400_000)]
    for words in ("5,700 − 2,200 = 3,500", "5,700 − 2,300 = 3,400", "皮重看错", "第 1 次更正", "登记"):
        assert words in page
    page = officer.get(LIST).content.decode()
    assert "合计 3,400 千克" in page
    assert "更正 1 次" in page
    assert officer.get(address).status_code == 200, "the old load still has its page"


def test_who_looked_at_an_older_version_does_not_overwrite_the_newer(officer: Client, east_lake: Community) -> None:
    address = officer.post(NEW, slip("东湖花园"), follow=True).request["PATH_INFO"]
    late = slip("东湖花园", revision="0", reason="二", gross_kg="9000")
    officer.post(f"{address}/correct", slip("东湖花园", revision="0", reason="一", gross_kg="5800"))
    answer = officer.post(f"{address}/correct", late)
    assert "刚被别人更正过" in answer.content.decode()
    assert standing() == [("GB-1~1", "东湖花园", 3_600_000)]


def test_a_truck_shared_by_households_is_shared_anew_when_corrected(
    officer: Client, east_lake: Community, west_park: Community
) -> None:
    Community.objects.filter(pk=west_park.pk).update(household_count=100)
    address = officer.post(NEW, slip("东湖花园", "西园新村"), follow=True).request["PATH_INFO"]
    assert [row[2] for row in standing()] == [2_800_000, 700_000]
    assert 'name="weight_0" value' not in officer.get(f"{address}/correct").content.decode()
    officer.post(f"{address}/correct", slip("东湖花园", "西园新村", gross_kg="6700", revision="0", reason="毛重看错"))
    assert [row[2] for row in standing()] == [3_600_000, 900_000]


def test_an_imported_load_is_voided_and_found_among_the_corrections(officer: Client, east_lake: Community) -> None:
    load = make_load(community=east_lake, category="FOOD", destination="COMPOSTING", weight_g=7_000, on=TODAY)
    address = f"{LIST}{load.pk}"
    assert 'value="7"' in officer.get(f"{address}/correct").content.decode()
    said = slip("东湖花园", gross_kg="7", tare_kg="0", revision="0", reason="登了两次", is_void="on")
    assert "已作废,不计入数据" in officer.post(f"{address}/correct", said, follow=True).content.decode()
    assert standing() == []
    page = officer.get(LIST, {"q": load.load_id}).content.decode()
    assert "没有找到" in page
    assert f'<a href="{address}">{load.load_id}</a>' in page
    assert "登了两次" in page


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"number": ""}, "该字段是必填项"),
        ({"gross_kg": "五吨"}, "请填数字,单位是千克"),
        ({"gross_kg": "NaN"}, "请填数字,单位是千克"),
        ({"gross_kg": "1e9999999"}, "确认"),
        ({"gross_kg": "5700.0001"}, "最多三位小数"),
        ({"gross_kg": "2200", "tare_kg": "5700"}, "填反"),
        ({"gross_kg": "570000"}, "比一辆车还重"),
        ({"category": ""}, "该字段是必填项"),
        ({"category": "GLASS"}, "选择"),
        ({"collected_on": "2026-11-24"}, "今天之后"),
        ({"community_0": ""}, "请至少填一个小区"),
        ({"community_0": "东湖"}, "没有“东湖”这个小区"),
        ({"community_1": "东湖花园"}, "填了 2 次"),
        ({"weight_1": "5"}, "没有填是哪个小区"),
        ({"weight_0": "3000"}, "合计 3,000 千克,净重是 3,500 千克,少了 500 千克"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    officer: Client, east_lake: Community, changed: dict[str, str], words: str
) -> None:
    answer = officer.post(NEW, slip("东湖花园", **changed))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Weighing.objects.exists()


def test_a_round_of_many_communities_shows_all_of_its_lines(officer: Client, east_lake: Community) -> None:
    assert "<details >" in officer.get(NEW).content.decode()
    names = [f"小区{number}" for number in range(6)]
    for name in names:
        Community.objects.create(subdistrict=east_lake.subdistrict, name=name, household_count=10)
    address = officer.post(NEW, slip(*names), follow=True).request["PATH_INFO"]
    assert sum(row[2] for row in standing()) == 3_500_000
    assert "<details open>" in officer.get(f"{address}/correct").content.decode()


def test_the_same_slip_twice_is_refused_the_second_time(officer: Client, east_lake: Community) -> None:
    officer.post(NEW, slip("东湖花园"))
    assert "已经登记过" in officer.post(NEW, slip("东湖花园")).content.decode()
    assert Load.objects.count() == 1


def test_an_officer_of_one_estate_sees_enters_and_corrects_only_its_own(
    officer: Client, east_lake: Community, west_park: Community
) -> None:
    own = make_load(community=east_lake, category="FOOD", destination="COMPOSTING", weight_g=7_000, on=TODAY)
    other = make_load(community=west_park, category="FOOD", destination="COMPOSTING", weight_g=8_000, on=TODAY)
    shares: dict[str, Any] = slip("东湖花园", "西园新村", weight_0="3000", weight_1="500")
    shared = officer.post(NEW, shares, follow=True).request["PATH_INFO"]
    sun = Client()
    sun.force_login(make_officer(name="sun", kind=ScopeKind.COMMUNITY, scope_id=east_lake.pk))
    page = sun.get(LIST).content.decode()
    assert own.load_id in page
    assert other.load_id not in page
    assert "合计 3,007 千克" in page
    assert sun.get(f"{LIST}{other.pk}").status_code == 404
    assert sun.post(f"{LIST}{other.pk}/correct", slip("东湖花园", revision="0", reason="一")).status_code == 404
    assert "请负责全区的同事更正" in sun.get(shared).content.decode()
    assert sun.post(f"{shared}/correct", slip("东湖花园", revision="0", reason="一")).status_code == 403
    assert "不归您管" in sun.post(NEW, slip("西园新村", number="GB-2")).content.decode()
    assert sun.get(f"{LIST}{own.pk}/correct").status_code == 200


def test_the_list_takes_as_many_queries_with_much_as_with_little(
    officer: Client, east_lake: Community, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        address = officer.post(NEW, slip("东湖花园", number=f"GB-{number}"), follow=True).request["PATH_INFO"]
        officer.post(f"{address}/correct", slip("东湖花园", revision="0", reason="一"))
    with django_assert_max_num_queries(11):
        officer.get(LIST)
