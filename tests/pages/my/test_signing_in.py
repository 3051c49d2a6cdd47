"""A resident gets in: by phone and code, into the own homes only, and a stranger learns nothing."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from households.models import CardKind, Household, Member
from households.services import issue_card, new_qr_token
from people import secrets
from people.services import send_waiting_codes

pytestmark = pytest.mark.django_db
PHONE = "13800000001"


class Pocket:
    """A phone that keeps what it was sent."""

    def __init__(self) -> None:
        self.codes: list[str] = []

    def send(self, *, phone: str, code: str, minutes: int) -> None:
        self.codes.append(code)


def give_phone(household: Household, now: dt.datetime, phone: str = PHONE) -> Member:
    return Member.objects.create(
        household=household,
        name="张奶奶",
        phone_encrypted=secrets.encrypt(text=phone),
        phone_lookup=secrets.lookup_digest(text=phone),
        joined_at=now,
    )


def sent_codes() -> list[str]:
    pocket = Pocket()
    send_waiting_codes(sender=pocket, clock=timezone.now)
    return pocket.codes


def get_in(client: Client) -> None:
    client.post("/my/sign-in", {"phone": "138 0000 0001"})
    (code,) = sent_codes()
    answer = client.post("/my/sign-in/code", {"code": code})
    assert answer["Location"] == "/my/"


def test_mrs_zhang_gets_in_by_phone_and_code_and_sees_her_home(
    client: Client, zhang: Household, now: dt.datetime
) -> None:
    give_phone(zhang, now)
    assert client.get("/my/")["Location"] == "/my/sign-in?next=/my/"
    get_in(client)
    text = client.get("/my/").content.decode()
    assert "1栋1单元101" in text
    assert "东湖花园" in text
    assert "可用积分" in text


def test_registered_or_not_the_answers_are_the_same(client: Client, zhang: Household, now: dt.datetime) -> None:
    give_phone(zhang, now)
    answers = []
    for phone in (PHONE, "13899999999"):
        fresh = Client()
        asked = fresh.post("/my/sign-in", {"phone": phone})
        shown = fresh.get("/my/sign-in/code").content.decode().replace(phone[-4:], "")
        wrong = fresh.post("/my/sign-in/code", {"code": "nonsense"})
        answers.append((asked.status_code, asked["Location"], len(shown), wrong.status_code))
    assert answers[0] == answers[1]
    assert len(sent_codes()) == 1


def test_a_wrong_code_is_said_and_five_of_them_end_the_right_one(
    client: Client, zhang: Household, now: dt.datetime
) -> None:
    give_phone(zhang, now)
    client.post("/my/sign-in", {"phone": PHONE})
    (code,) = sent_codes()
    for _ in range(5):
        assert "验证码不对" in client.post("/my/sign-in/code", {"code": "12"}).content.decode()
    assert client.post("/my/sign-in/code", {"code": code}).status_code == 422
    assert client.get("/my/").status_code == 302


def test_asking_again_at_once_says_how_long_to_wait(client: Client, zhang: Household, now: dt.datetime) -> None:
    give_phone(zhang, now)
    client.post("/my/sign-in", {"phone": PHONE})
    again = client.post("/my/sign-in", {"phone": PHONE})
    assert again.status_code == 429
    assert 0 < int(again["Retry-After"]) <= 61
    assert "请等" in again.content.decode()
    assert client.post("/my/sign-in", {"phone": "hello"}).status_code == 422


def test_the_next_address_is_followed_here_and_nowhere_else(client: Client, zhang: Household, now: dt.datetime) -> None:
    give_phone(zhang, now)
    asked = client.post("/my/sign-in", {"phone": PHONE, "next": "//elsewhere.example/"})
    assert asked["Location"] == "/my/sign-in/code"
    (code,) = sent_codes()
    answer = client.post("/my/sign-in/code", {"code": code, "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/my/"


def test_somebody_of_two_homes_chooses_among_the_own_only(
    client: Client, zhang: Household, li: Household, wang: Household, now: dt.datetime
) -> None:
    give_phone(zhang, now)
    give_phone(li, now)
    get_in(client)
    assert "换一户" in client.get("/my/").content.decode()
    client.post("/my/homes", {"household": str(li.pk)})
    assert "1栋1单元102" in client.get("/my/").content.decode()
    assert client.post("/my/homes", {"household": str(wang.pk)}).status_code == 404
    assert "1栋1单元102" in client.get("/my/").content.decode()


def test_who_left_the_household_is_out_at_once(client: Client, zhang: Household, now: dt.datetime) -> None:
    member = give_phone(zhang, now)
    get_in(client)
    Member.objects.filter(pk=member.pk).update(left_at=now)
    assert client.get("/my/").status_code == 302


def test_signing_out_leaves_nothing_on_the_phone(client: Client, zhang: Household, now: dt.datetime) -> None:
    give_phone(zhang, now)
    get_in(client)
    out = client.post("/my/sign-out")
    assert out["Clear-Site-Data"] == '"cache"', "what a guide has not sent yet is in the storage"
    assert client.get("/my/").status_code == 302


def test_a_stranger_who_scans_a_card_learns_the_community_and_no_more(
    client: Client, zhang: Household, now: dt.datetime
) -> None:
    card = issue_card(household=zhang, kind=CardKind.QR, number=new_qr_token(), now=now)
    text = client.get(f"/c/{card.number}").content.decode()
    assert "东湖花园的住户卡" in text
    for secret in ("101", zhang.code, "A0000001"):
        assert secret not in text
    unknown = client.get(f"/c/{new_qr_token()}")
    assert unknown.status_code == 404
    assert "这张卡已经不用了" in unknown.content.decode()
