"""Programmes on the bureau's screens: Zhao drafts, Qian approves; whoever looks after one estate sees its own."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from households.models import Community, Household
from people.models import Role, RoleGrant, ScopeKind, User
from points.models import Programme
from points.programmes import rules_of
from sorting.models import SmartBin
from tests.builders import at, make_drop_off
from tests.conftest import NOON, TODAY
from worker.tally import drain

pytestmark = pytest.mark.django_db
LIST = "/bureau/programmes/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """The server's clock stands at noon."""
    with time_machine.travel(NOON, tick=False):
        yield


def make_officer(*, name: str, kind: ScopeKind = ScopeKind.DISTRICT, scope_id: int = 0) -> User:
    """Another officer."""
    user = User.objects.create_user(username=name, password=f"{name}-password-1", display_name=name)
    RoleGrant.objects.create(
        user=user, role=Role.OFFICER, scope_kind=kind, scope_id=scope_id, starts_on=dt.date(2026, 1, 1)
    )
    return user


def form_of(**changed: str) -> dict[str, str]:
    """What Zhao types: food waste at half, metal by the kilogram, a streak."""
    return {
        "community": "",
        "name": "减半方案",
        "reason": "预算有限",
        "holds_from": "2026-12-01",
        "FOOD-unit": "DROP_OFF",
        "FOOD-points": "5",
        "FOOD-outside": "2",
        "FOOD-min": "200",
        "FOOD-times": "2",
        "METAL-unit": "KG",
        "METAL-points": "80",
        "streak_days": "7",
        "streak_bonus_points": "1",
        **changed,
    }


def test_zhao_drafts_and_simulates_and_qian_approves(
    client: Client, zhao: User, zhang: Household, wang: Household, bin_07: SmartBin
) -> None:
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY - dt.timedelta(days=1)), is_tallied=False)
    drain(now=NOON)
    client.force_login(zhao)
    address = client.post(f"{LIST}new", form_of())["Location"]
    drafted = Programme.objects.get(name="减半方案")
    rules = rules_of(programme=drafted)
    assert set(rules.by_code) == {"FOOD", "METAL"}
    assert (rules.by_code["METAL"].points_outside, rules.streak_days) == (80, 7)
    client.post(f"{address}/simulate")
    assert "已算 0 / 2 个小区" in client.get(address).content.decode()
    client.post(f"{address}/simulate")
    text = client.get(address).content.decode()
    assert "-0.05" in text  # yuan in 30 days
    assert zhang.code not in text
    client.post(f"{address}/decide", {"approve": "1"})
    assert "起草人不能审批自己的方案" in client.get(address).content.decode()
    client.force_login(make_officer(name="qian"))
    client.post(f"{address}/decide", {"approve": "1", "note": "同意"})
    assert "已批准,待生效" in client.get(LIST).content.decode()
    drafted.refresh_from_db()
    assert (drafted.state, drafted.note) == ("APPROVED", "同意")


def test_what_cannot_be_is_said_beside_its_field_and_kept_in_the_form(client: Client, zhao: User) -> None:
    client.force_login(zhao)
    wrong = form_of(**{"FOOD-outside": "9", "METAL-times": "2", "holds_from": "2026-11-23", "streak_days": "x"})
    answer = client.post(f"{LIST}new", wrong)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "请填整数" in text
    wrong["streak_days"] = "7"
    text = client.post(f"{LIST}new", wrong).content.decode()
    for said in ("厨余垃圾:时段外的积分不能多于时段内", "金属:按重量计分时不限次数", "最早从 2026-11-24 开始"):
        assert said in text
    assert 'value="减半方案"' in text
    assert not Programme.objects.filter(name="减半方案").exists()


def test_an_officer_of_one_estate_drafts_for_it_alone(
    client: Client, zhao: User, zhang: Household, wang: Household, east_lake: Community, west_park: Community
) -> None:
    client.force_login(zhao)
    west = client.post(f"{LIST}new", form_of(community=str(west_park.pk)))["Location"]
    everywhere = client.post(f"{LIST}new", form_of())["Location"]
    client.force_login(make_officer(name="sun", kind=ScopeKind.COMMUNITY, scope_id=east_lake.pk))
    assert client.get(west).status_code == 404
    assert client.get(f"{LIST}new", {"community": west_park.pk}).status_code == 404
    assert client.get(everywhere).status_code == 200
    for what in ("simulate", "decide", "withdraw"):
        assert client.post(f"{everywhere}/{what}").status_code == 403
        assert client.post(f"{west}/{what}").status_code == 404
    assert client.get(f"{LIST}new").status_code == 403
    assert client.post(f"{LIST}new", form_of(community=str(east_lake.pk))).status_code == 302


def test_zhao_takes_the_draft_back_and_nothing_more_is_done_with_it(
    client: Client, zhao: User, zhang: Household
) -> None:
    client.force_login(zhao)
    address = client.post(f"{LIST}new", form_of())["Location"]
    assert "撤回" in client.get(address).content.decode()
    client.post(f"{address}/withdraw")
    client.post(f"{address}/withdraw")
    text = client.get(address).content.decode()
    assert "已经有了结论" in text
    assert "开始试算" not in text


def test_the_pages_ask_the_database_as_often_for_many_programmes_as_for_one(
    client: Client, zhao: User, zhang: Household
) -> None:
    client.force_login(zhao)

    def queries(address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    address = client.post(f"{LIST}new", form_of())["Location"]
    client.post(f"{address}/simulate")
    client.post(f"{address}/simulate")
    few = queries(LIST), queries(address)
    for _ in range(5):
        client.post(f"{LIST}new", form_of())
    assert (queries(LIST), queries(address)) == few
    assert few[0] <= 8
    assert few[1] <= 16
