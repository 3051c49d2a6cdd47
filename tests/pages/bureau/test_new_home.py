"""An officer registers one home; its people come to the guide and sign in."""

import pytest
from django.test import Client

from households.models import Community, Household
from people.models import AccessLog, Role, RoleGrant, ScopeKind, User
from tests.conftest import TODAY

pytestmark = pytest.mark.django_db
FORM = {"building": "３", "unit": "1", "room": "３０２", "resident_count": "2"}


@pytest.fixture
def desk(client: Client, zhao: User) -> Client:
    """Officer Zhao's browser."""
    client.force_login(zhao)
    return client


def test_zhao_registers_a_home_and_reads_its_code(desk: Client, zhang: Household, east_lake: Community) -> None:
    answer = desk.post("/bureau/households/new", FORM | {"community": east_lake.pk}, follow=True)
    home = Household.objects.latest("pk")
    assert (home.building, home.unit, home.room, home.resident_count) == ("3", "1", "302", 2)
    assert home.code == "411003000000026"  # the serial after Zhang's, with its check digit
    assert home.code in answer.content.decode()
    assert AccessLog.objects.get().reason == "登记新住户"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"building": "1", "room": "１０１"}, "已有登记的住户"),
        ({"room": " "}, "请填写完整的地址"),
        ({"room": "9" * 41}, "请填写完整的地址"),
        ({"resident_count": "很多"}, "人数要在"),
    ],
)
def test_what_cannot_be_is_refused_and_the_form_keeps_what_was_typed(
    desk: Client, zhang: Household, east_lake: Community, more: dict[str, str], words: str
) -> None:
    answer = desk.post("/bureau/households/new", FORM | {"community": east_lake.pk} | more)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Household.objects.count() == 1


def test_an_officer_of_another_subdistrict_registers_nobody_here(
    client: Client, east_lake: Community, west_park: Community
) -> None:
    sun = User.objects.create_user(username="sun")
    RoleGrant.objects.create(
        user=sun,
        role=Role.OFFICER,
        scope_kind=ScopeKind.SUBDISTRICT,
        scope_id=west_park.subdistrict_id,
        starts_on=TODAY,
    )
    client.force_login(sun)
    assert "东湖花园" not in client.get("/bureau/households/new").content.decode()
    assert client.post("/bureau/households/new", FORM | {"community": east_lake.pk}).status_code == 404
    assert not Household.objects.exists()
