"""Members come and go: each signs in alone, by a phone of their own, and leaves alone, in two steps."""

import datetime as dt

import pytest
from django.test import Client

from households.models import Household, Member
from people.models import User
from tests.pages.my.conftest import make_resident
from tests.pages.my.test_signing_in import give_phone, sent_codes

pytestmark = pytest.mark.django_db
SON = "13800000002"


def sign_in(*, phone: str) -> Client:
    """A phone of its own, signed in by the code that was sent to it."""
    client = Client()
    client.post("/my/sign-in", {"phone": phone})
    (code,) = sent_codes()
    assert client.post("/my/sign-in/code", {"code": code}).status_code == 302
    return client


@pytest.fixture
def son(grandma: Client) -> Client:
    """The son, invited by Mrs Zhang and signed in on his own phone."""
    grandma.post("/my/me/members", {"name": "小张", "phone": SON})
    return sign_in(phone=SON)


def test_the_son_signs_in_alone_and_leaves_alone(grandma: Client, son: Client, zhang: Household) -> None:
    assert "1栋1单元101" in son.get("/my/records").content.decode()
    member = zhang.members.get(name="小张")
    asked = son.get(f"/my/me/members/{member.pk}/remove").content.decode()
    assert "家里其他人照常用" in asked
    assert "没有人能登录" not in asked
    member.refresh_from_db()
    assert member.left_at is None
    out = son.post(f"/my/me/members/{member.pk}/remove")
    assert out["Location"] == "/my/sign-in"
    assert out["Clear-Site-Data"] == '"cache"'
    assert son.get("/my/records").status_code == 302
    assert grandma.get("/my/records").status_code == 200
    assert "小张" not in grandma.get("/my/me").content.decode()


def test_the_only_member_is_told_what_leaving_means(grandma: Client, zhang: Household) -> None:
    text = grandma.get(f"/my/me/members/{zhang.members.get().pk}/remove").content.decode()
    assert "您是这一户现在唯一登记的人" in text
    assert "退出并删除" in text


def test_the_first_who_leaves_reads_who_is_next(grandma: Client, son: Client, zhang: Household) -> None:
    first = zhang.members.get(name="张奶奶")
    assert "以后由小张邀请家里人" in grandma.get(f"/my/me/members/{first.pk}/remove").content.decode()
    assert son.post(f"/my/me/members/{first.pk}/remove")["Location"] == "/my/me"
    first.refresh_from_db()
    assert first.left_at is None


def test_a_number_whose_accounts_were_stopped_is_told_so_and_makes_no_new_one(
    zhang: Household, now: dt.datetime
) -> None:
    member = give_phone(zhang, now)
    member.user = User.objects.create_user(username="stopped", is_active=False)
    member.save()
    client = Client()
    client.post("/my/sign-in", {"phone": "13800000001"})
    (code,) = sent_codes()
    refused = client.post("/my/sign-in/code", {"code": code})
    assert refused.status_code == 403
    assert "账号已经停用" in refused.content.decode()
    assert User.objects.count() == 1


def test_two_homes_that_a_pin_opened_before_are_both_offered_to_the_phone(
    zhang: Household, li: Household, now: dt.datetime
) -> None:
    for household in (zhang, li):
        make_resident(household=household, name=f"张奶奶{household.room}", phone="13800000001", now=now)
    assert Member.objects.values("user").distinct().count() == 2
    client = sign_in(phone="13800000001")
    shown = client.get("/my/homes").content.decode()
    assert "1栋1单元101" in shown
    assert "1栋1单元102" in shown
    client.post("/my/homes", {"household": li.pk})
    assert "1栋1单元102" in client.get("/my/").content.decode()
    assert User.objects.filter(is_active=True).count() == 1


def test_a_guides_own_home_stays_the_guides(zhang: Household, li: Household, chen: User, now: dt.datetime) -> None:
    """Else Chen could judge the home that a phone took from the account Chen works with."""
    make_resident(household=zhang, name="陈家", phone="13800000001", now=now - dt.timedelta(days=1))
    at_home = give_phone(li, now)
    at_home.user = chen
    at_home.save()
    sign_in(phone="13800000001")
    at_home.refresh_from_db()
    assert at_home.user == chen


def test_whoever_must_sign_in_first_comes_back_with_the_query(zhang: Household, now: dt.datetime) -> None:
    give_phone(zhang, now)
    client = Client()
    asked = client.get("/my/statement", {"month": "2026-11", "a": "&b=1"})["Location"]
    assert asked == "/my/sign-in?next=/my/statement%3Fmonth%3D2026-11%26a%3D%2526b%253D1"
    assert client.post("/my/me/consents")["Location"] == "/my/sign-in"
    after = "/my/statement?month=2026-11&a=%26b%3D1"
    on = client.post("/my/sign-in", {"phone": "13800000001", "next": after})["Location"]
    assert on == "/my/sign-in/code?next=/my/statement%3Fmonth%3D2026-11%26a%3D%2526b%253D1"
    (code,) = sent_codes()
    assert client.post(on, {"code": code})["Location"] == after


def test_who_is_invited_reads_by_whom_and_goes_on(grandma: Client, son: Client, zhang: Household) -> None:
    assert son.get("/my/")["Location"] == "/my/invited"
    text = son.get("/my/invited").content.decode()
    assert "张奶奶" in text
    assert "1栋1单元101" in text
    assert son.post("/my/invited", {"answer": "yes"})["Location"] == "/my/"
    assert son.get("/my/").status_code == 200
    assert son.get("/my/invited")["Location"] == "/my/"
    assert grandma.get("/my/").status_code == 200


def test_who_is_invited_by_a_mistyped_number_says_no(grandma: Client, son: Client, zhang: Household) -> None:
    out = son.post("/my/invited", {"answer": "no"})
    assert out["Location"] == "/my/sign-in"
    assert son.get("/my/records").status_code == 302
    assert "138****0002" not in grandma.get("/my/me").content.decode()
    assert "不是自己家" in grandma.get("/my/notices").content.decode()
