"""帮住户办事: Chen does for a home before him what its phone cannot; on record, told, and only where he works."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from guides.models import GuideAssignment
from guides.services import helping
from households.models import Household, Member, Notice
from households.services import check_pin, give_pin
from people import secrets
from people.models import AccessLog, User
from people.services import send_waiting_codes
from tests.conftest import NOON
from tests.pages.my.conftest import make_resident
from tests.pages.my.test_signing_in import PHONE, Pocket, give_phone

pytestmark = pytest.mark.django_db
NEW = "13800000007"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """It is Monday noon."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def chens(client: Client, chen: User) -> Client:
    """Chen's phone."""
    client.force_login(chen)
    return client


def opened(chens: Client, household: Household, text: str = "") -> str:
    """The address of the home, opened by its card or code."""
    answer = chens.post("/guide/help", {"code": text or household.code, "seen": "CARD"})
    assert answer["Location"] == f"/guide/help/{household.pk}"
    return str(answer["Location"])


def code_sent() -> str:
    pocket = Pocket()
    send_waiting_codes(sender=pocket, clock=lambda: NOON)
    (code,) = pocket.codes
    return code


def test_a_new_pin_is_shown_once_and_the_home_reads_who_gave_it(chens: Client, zhang: Household, zhao: User) -> None:
    give_pin(household=zhang, by=zhao, now=NOON)
    home = opened(chens, zhang, text="A0000001")
    shown = chens.post(f"{home}/pin")
    assert "no-store" in shown["Cache-Control"]
    text = shown.content.decode()
    pin = text.split('<p class="pin">')[1][:7].replace(" ", "")
    check_pin(household=zhang, pin=pin, now=NOON)
    assert pin not in chens.get(home).content.decode()
    assert "重设 PIN 码（看了住户卡）" in AccessLog.objects.latest("pk").reason
    assert "陈督导给您家设置了新的 PIN 码" in Notice.objects.latest("pk").text


def test_a_member_whose_phone_is_gone_gets_the_new_number_by_its_own_code(chens: Client, zhang: Household) -> None:
    member = give_phone(zhang, NOON)
    home = opened(chens, zhang)
    assert "张奶奶，尾号 0001" in chens.get(home).content.decode()
    assert chens.post(f"{home}/phone", {"member": member.pk, "phone": NEW})["Location"] == f"{home}/code"
    assert chens.post(f"{home}/code", {"code": "12"}).status_code == 422
    assert chens.post(f"{home}/code", {"code": code_sent()})["Location"] == home
    member.refresh_from_db()
    assert member.phone_lookup == secrets.lookup_digest(text=NEW)
    assert "换手机号（看了住户卡）" in AccessLog.objects.latest("pk").reason
    assert "尾号 0007" in Notice.objects.get().text
    assert NEW not in " ".join(AccessLog.objects.values_list("reason", flat=True))


def test_the_first_of_a_home_that_moved_in_is_added_and_signs_in(chens: Client, zhang: Household) -> None:
    home = opened(chens, zhang)
    chens.post(f"{home}/phone", {"name": "张奶奶", "phone": PHONE})
    assert not Member.objects.exists()
    chens.post(f"{home}/code", {"code": code_sent()})
    assert Member.objects.get(household=zhang).name == "张奶奶"
    assert "登记第一位成员" in AccessLog.objects.latest("pk").reason
    with time_machine.travel(NOON.replace(hour=13), tick=False):
        grandma = Client()
        grandma.post("/my/sign-in", {"phone": PHONE})
        pocket = Pocket()
        send_waiting_codes(sender=pocket, clock=lambda: NOON.replace(hour=13))
        assert grandma.post("/my/sign-in/code", {"code": pocket.codes[0]})["Location"] == "/my/"
        assert "陈督导当面给您家登记了尾号 0001 的手机号" in grandma.get("/my/notices").content.decode()
        assert "陈督导：当面帮办" in grandma.get("/my/me").content.decode()


def test_who_moved_in_meanwhile_is_not_put_beside_another_first_one(chens: Client, zhang: Household) -> None:
    home = opened(chens, zhang)
    chens.post(f"{home}/phone", {"name": "冒名", "phone": NEW})
    make_resident(household=zhang, name="张奶奶", phone=PHONE, now=NOON)
    refused = chens.post(f"{home}/code", {"code": code_sent()})
    assert refused.status_code == 422
    assert [each.name for each in Member.objects.all()] == ["张奶奶"]


def test_a_lost_card_ends_when_the_guide_says_that_the_home_wants_it(chens: Client, zhang: Household) -> None:
    card = zhang.cards.get()
    home = opened(chens, zhang)
    chens.post(f"{home}/cards/{card.pk}")
    card.refresh_from_db()
    assert card.valid_to is None
    chens.post(f"{home}/cards/{card.pk}", {"sure": "yes"})
    card.refresh_from_db()
    assert card.valid_to == NOON
    assert "挂失住户卡（看了住户卡）" in AccessLog.objects.latest("pk").reason
    assert chens.post(f"{home}/cards/{card.pk}", {"sure": "yes"}).status_code == 404


def test_nothing_is_done_for_the_own_home(chens: Client, chen: User, zhang: Household) -> None:
    Member.objects.create(household=zhang, user=chen, name="陈督导", joined_at=NOON)
    refused = chens.post("/guide/help", {"code": zhang.code, "seen": "CARD"})
    assert refused.status_code == 422
    assert "自己家的事不能自己办" in refused.content.decode()
    card = zhang.cards.get()
    for address in (f"/guide/help/{zhang.pk}/pin", f"/guide/help/{zhang.pk}/cards/{card.pk}"):
        assert chens.post(address, {"sure": "yes"})["Location"] == "/guide/help"
    card.refresh_from_db()
    assert card.valid_to is None
    assert not hasattr(zhang, "pin")


def test_wangs_home_is_not_there_and_zhangs_only_after_its_code(
    chens: Client, zhang: Household, wang: Household
) -> None:
    assert chens.post("/guide/help", {"code": wang.code, "seen": "CARD"}).status_code == 404
    assert chens.get(f"/guide/help/{wang.pk}").status_code == 404
    assert chens.get(f"/guide/help/{zhang.pk}")["Location"] == "/guide/help"
    assert chens.post(f"/guide/help/{zhang.pk}/pin")["Location"] == "/guide/help"
    assert not AccessLog.objects.exists()
    assert not hasattr(zhang, "pin")


def test_an_open_home_is_closed_when_time_or_the_community_is_gone(chens: Client, chen: User, zhang: Household) -> None:
    home = opened(chens, zhang)
    with time_machine.travel(NOON.replace(minute=16), tick=False):
        assert chens.get(home)["Location"] == "/guide/help"
    opened(chens, zhang)
    GuideAssignment.objects.filter(guide=chen).update(ends_on=NOON.date().replace(day=22))
    assert chens.post(f"{home}/pin").status_code == 404


def test_how_the_guide_knew_is_asked_and_a_day_has_its_limits(
    chens: Client, chen: User, zhang: Household, li: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert chens.post("/guide/help", {"code": zhang.code}).status_code == 422
    monkeypatch.setattr(helping, "HOMES_A_DAY_MAX", 1)
    monkeypatch.setattr(helping, "ACTS_A_HOME_A_DAY_MAX", 3)
    home = opened(chens, zhang)
    assert chens.post("/guide/help", {"code": li.code, "seen": "CARD"}).status_code == 422
    for _ in range(2):
        assert chens.post(f"{home}/pin").status_code == 200
    assert chens.post(f"{home}/pin").status_code == 302
    assert AccessLog.objects.filter(subject_id=zhang.pk).count() == 3
    tomorrow = NOON.replace(day=24)
    assert helping.open_home(guide=chen, text=li.code, seen="PAPERS", now=tomorrow) == li
