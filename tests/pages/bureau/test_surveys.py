"""Officer Zhao opens a round and reads it: silence at once, shares once it is closed, and never of a few homes."""

import csv
import datetime as dt
import io
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from households.models import Community, Household
from indicators.models import SurveyRound
from indicators.services.surveys import answer_survey
from people.models import RoleGrant, ScopeKind, User
from tests.conftest import NOON, TODAY, make_household

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
ROUND = {"name": "秋季问卷", "starts_on": f"{TODAY}", "ends_on": f"{TODAY + 6 * DAY}"}


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def officer(client: Client, zhao: User) -> Client:
    """Officer Zhao's browser."""
    client.force_login(zhao)
    return client


def table(client: Client, address: str) -> list[dict[str, str]]:
    """A table as it is downloaded."""
    return list(csv.DictReader(io.StringIO(client.get(address, {"format": "csv"}).content.decode("utf-8-sig"))))


def a_week_later(*, officer: Client, noon: time_machine.Traveller, zhao: User) -> None:
    """Zhao signs in again when the round has ended."""
    noon.move_to(NOON + 7 * DAY)
    officer.force_login(zhao)


def test_zhao_reads_a_round_and_the_47_take_their_three_from_it(
    officer: Client, noon: time_machine.Traveller, zhao: User, east_lake: Community, zhang: Household, li: Household
) -> None:
    homes = [
        make_household(
            community=east_lake, serial=serial, code=f"4110030000000{serial}", room=f"{serial}", rfid=f"C{serial}"
        )
        for serial in range(10, 17)
    ]
    opened = officer.post("/bureau/surveys/", ROUND)
    address = opened.headers["Location"]
    for number, home in enumerate([zhang, *homes]):
        answer_survey(household=home, is_reached=True, is_aware=number < 6, satisfaction="SO_SO", now=NOON)
    row, total = table(officer, address)
    assert list(row.values()) == ["东湖花园", "9", "8", "1", "—", "—", "—"], "while it is open"
    assert rows_of_plan(officer)["34"]["数值"] == "—"
    a_week_later(officer=officer, noon=noon, zhao=zhao)
    row, total = table(officer, address)
    assert list(row.values())[4:] == ["100.0 %(67.6 – 100.0)", "75.0 %(40.9 – 92.9)", "0.0 %(0.0 – 32.4)"]
    assert list(total.values())[:4] == ["合计", "9", "8", "1"]
    plan = rows_of_plan(officer)
    assert [plan[number]["数值"] for number in ("34", "36", "37")] == ["100.0 %", "75.0 %", "0.0 %"]
    assert [plan[number]["状态"] for number in ("34", "36", "37")] == ["✓ 达标", "✗ 未达标", "✗ 未达标"]
    assert plan["36"]["填报和审核"] == "问卷“秋季问卷”全区答卷 8 份,未答 1 户,95 % 区间 40.9 – 92.9 %"
    assert plan["36"]["期间"] == f"{TODAY} 至 {TODAY + 6 * DAY}"
    assert f'<a href="{address}">75.0 %</a>' in officer.get("/bureau/plan").content.decode()


def rows_of_plan(client: Client) -> dict[str, dict[str, str]]:
    """The 47 by number."""
    return {row["序号"]: row for row in table(client, "/bureau/plan")}


def test_four_answers_are_no_result_for_a_community_nor_for_the_plan(
    officer: Client, noon: time_machine.Traveller, zhao: User, zhang: Household, li: Household, wang: Household
) -> None:
    address = officer.post("/bureau/surveys/", ROUND).headers["Location"]
    for home in (zhang, li, wang):
        answer_survey(household=home, is_reached=True, is_aware=True, satisfaction="VERY", now=NOON)
    a_week_later(officer=officer, noon=noon, zhao=zhao)
    assert {row["普及率"] for row in table(officer, address)} == {"—"}
    assert (rows_of_plan(officer)["34"]["数值"], rows_of_plan(officer)["34"]["状态"]) == ("—", "没有数据")
    page = officer.get(address).content.decode()
    assert not [room for room in (zhang.code, li.code, wang.code) if room in page]


def test_an_officer_of_one_subdistrict_opens_no_round_and_reads_its_own_communities(
    officer: Client, zhao: User, zhang: Household, wang: Household
) -> None:
    address = officer.post("/bureau/surveys/", ROUND).headers["Location"]
    RoleGrant.objects.filter(user=zhao).update(scope_kind=ScopeKind.SUBDISTRICT, scope_id=wang.community.subdistrict_id)
    assert officer.post("/bureau/surveys/", ROUND | {"name": "又一轮"}).status_code == 403
    assert "由负责全区的城管局同事发起" in officer.get("/bureau/surveys/").content.decode()
    assert [row["小区"] for row in table(officer, address)] == ["西园新村", "合计"]


def test_a_round_that_is_refused_says_why_beside_the_field(officer: Client) -> None:
    answer = officer.post("/bureau/surveys/", ROUND | {"starts_on": f"{TODAY - DAY}"})
    assert answer.status_code == 422
    assert "开始日期不能早于今天" in answer.content.decode()
    assert not SurveyRound.objects.exists()
