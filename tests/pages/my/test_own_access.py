"""Changed phone, forgotten PIN: a resident puts the own sign-in right, and whoever holds the old one is out."""

import datetime as dt

import pytest
from django.test import Client

from households.models import Household, Member, Notice
from households.services import PinWrong, change_phone, check_pin, give_pin
from people import secrets
from people.models import User
from people.services import use_sign_in_code
from tests.pages.my.conftest import PHONE, make_resident
from tests.pages.my.test_members import SON, sign_in
from tests.pages.my.test_signing_in import give_phone, sent_codes

pytestmark = pytest.mark.django_db
NEW = "13800000007"


@pytest.fixture
def old_phone(zhang: Household, now: dt.datetime) -> Client:
    """Mrs Zhang's phone, signed in by a code."""
    give_phone(zhang, now)
    return sign_in(phone=PHONE)


def ask_for(*, client: Client, phone: str = NEW) -> str:
    """The code that came to the new number."""
    assert client.post("/my/me/phone", {"phone": phone})["Location"] == "/my/me/phone/code"
    (code,) = sent_codes()
    return code


def test_mrs_zhang_changes_her_number_by_a_code_to_the_new_phone(old_phone: Client, zhang: Household) -> None:
    here = sign_in_again(old_phone)
    code = ask_for(client=here)
    assert here.post("/my/me/phone/code", {"code": "12"}).status_code == 422
    assert zhang.members.get().phone_lookup == secrets.lookup_digest(text=PHONE)
    assert here.post("/my/me/phone/code", {"code": code})["Location"] == "/my/me"
    assert "138****0007" in here.get("/my/me").content.decode()
    # The old phone's session is over, and its number is nobody's.
    assert old_phone.get("/my/me").status_code == 302
    Client().post("/my/sign-in", {"phone": PHONE})
    assert sent_codes() == []
    assert "尾号 0007" in Notice.objects.get().text


def sign_in_again(client: Client) -> Client:
    """Another session of the same account."""
    other = Client()
    other.force_login(User.objects.get(pk=int(client.session["_auth_user_id"])))
    return other


def test_a_code_for_a_new_number_signs_nobody_in(old_phone: Client, li: Household, now: dt.datetime) -> None:
    give_phone(li, now, phone=NEW)
    code = ask_for(client=old_phone)
    assert not use_sign_in_code(phone=NEW, code=code, now=dt.datetime.now(dt.UTC))
    stranger = Client()
    session = stranger.session
    session["sign_in_phone"] = NEW
    session.save()
    assert stranger.post("/my/sign-in/code", {"code": code}).status_code == 422


def test_the_number_of_somebody_at_home_is_refused(old_phone: Client, zhang: Household, now: dt.datetime) -> None:
    make_resident(household=zhang, name="小张", phone=SON, now=now)
    code = ask_for(client=old_phone, phone=SON)
    refused = old_phone.post("/my/me/phone/code", {"code": code})
    assert refused.status_code == 422
    assert "已经是本户成员" in refused.content.decode()


def test_a_number_changes_in_all_homes_of_who_asks(
    old_phone: Client, zhang: Household, li: Household, now: dt.datetime
) -> None:
    give_phone(li, now)
    Member.objects.filter(household=li).update(user=zhang.members.get().user)
    old_phone.post("/my/me/phone/code", {"code": ask_for(client=old_phone)})
    assert set(Member.objects.values_list("phone_lookup", flat=True)) == {secrets.lookup_digest(text=NEW)}


def test_what_a_pin_opened_changes_one_home_and_the_old_phone_keeps_only_the_others(
    old_phone: Client, zhang: Household, li: Household, now: dt.datetime
) -> None:
    give_phone(li, now)
    user = zhang.members.get().user
    Member.objects.filter(household=li).update(user=user)
    change_phone(member=li.members.get(), phone=NEW, in_all_homes=False, now=now)
    assert zhang.members.get().phone_lookup == secrets.lookup_digest(text=PHONE)
    assert li.members.get().user is None
    assert zhang.members.get().user == user


def test_a_pin_is_changed_with_the_old_one_and_ends_other_pin_sessions(
    zhang: Household, zhao: User, now: dt.datetime
) -> None:
    pin = give_pin(household=zhang, by=zhao, now=now)
    first, second = Client(), Client()
    for client in (first, second):
        assert client.post("/my/sign-in/pin", {"code": zhang.code, "pin": pin})["Location"] == "/my/"
    wrong = "382916" if pin != "382916" else "382917"
    form = {"new_pin": "382915", "again": "382915"}
    assert first.post("/my/me/pin", form | {"old_pin": wrong}).status_code == 422
    assert first.post("/my/me/pin", form | {"old_pin": pin, "again": "382914"}).status_code == 422
    assert first.post("/my/me/pin", form | {"old_pin": pin})["Location"] == "/my/me"
    check_pin(household=zhang, pin="382915", now=now)
    assert first.get("/my/me").status_code == 200
    assert second.get("/my/me").status_code == 302


def test_who_forgot_the_pin_chooses_one_right_after_a_code_and_not_later(
    old_phone: Client, zhang: Household, now: dt.datetime
) -> None:
    assert "旧 PIN 码</label>" not in old_phone.get("/my/me/pin").content.decode()
    assert old_phone.post("/my/me/pin", {"new_pin": "382915", "again": "382915"}).status_code == 302
    check_pin(household=zhang, pin="382915", now=now)
    session = old_phone.session
    session["code_at"] -= 16 * 60
    session.save()
    assert "旧 PIN 码</label>" in old_phone.get("/my/me/pin").content.decode()
    assert old_phone.post("/my/me/pin", {"new_pin": "593826", "again": "593826"}).status_code == 422
    with pytest.raises(PinWrong):
        check_pin(household=zhang, pin="593826", now=now)
