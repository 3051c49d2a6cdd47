"""Signing in by household code and PIN: for old Mrs Zhang without a phone, and telling a stranger nothing."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from guides.models import GuideAssignment
from households.codes import household_code
from households.models import ConsentKind, Household, HouseholdPin, Member, Notice
from households.services import PinSignInRefused, give_pin, record_consent, sign_in_by_pin
from pages.my.signing_in import BACKEND
from people.models import AccessLog, Role, RoleGrant, ScopeKind, SignInTry, User
from people.services import TooManyTries, forget_old_tries
from sorting.models import Photo, SmartBin
from sorting.services.photos import record_photo
from tests.builders import make_drop_off
from tests.lib.test_pictures import saved, scene
from tests.pages.my.conftest import make_resident

pytestmark = pytest.mark.django_db
ADDRESS = "10.0.0.1"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def pin(zhang: Household, zhao: User) -> str:
    """The PIN of Zhang's household."""
    return give_pin(household=zhang, by=zhao, now=timezone.now())


def other(pin: str) -> str:
    """Another PIN of six digits."""
    return f"{(int(pin) + 1) % 1_000_000:06d}"


def shown(client: Client, code: str, pin: str) -> tuple[int, str]:
    """What a try shows, without what differs in every page."""
    answer = client.post("/my/sign-in/pin", {"code": code, "pin": pin})
    return answer.status_code, re.sub(r'value="[A-Za-z0-9]{64}"', "", answer.content.decode())


def test_mrs_zhang_without_a_phone_gets_in_and_it_is_on_record(client: Client, zhang: Household, pin: str) -> None:
    assert "/my/sign-in/pin" in client.get("/my/sign-in").content.decode()
    answer = client.post("/my/sign-in/pin", {"code": zhang.code, "pin": pin, "next": "//elsewhere.example/"})
    assert answer["Location"] == "/my/"
    assert "1栋1单元101" in client.get("/my/").content.decode()
    member = Member.objects.get(household=zhang)
    log = AccessLog.objects.get(subject_kind="household", subject_id=zhang.pk)
    assert (log.user, log.reason) == (member.user, "凭户码和 PIN 码登录")
    assert "凭户码和 PIN 码登录" in client.get("/my/me").content.decode()
    assert Notice.objects.filter(household=zhang, text__contains="户码和 PIN 码登录了").exists()
    assert not SignInTry.objects.exists()
    Client().post("/my/sign-in/pin", {"code": zhang.code, "pin": pin})
    assert Member.objects.filter(household=zhang).count() == 1


def test_she_is_her_homes_first_member_but_never_one_who_works_here_or_has_another_home(
    zhang: Household, li: Household, zhao: User, pin: str
) -> None:
    now = timezone.now()
    guide = make_resident(household=zhang, name="督导员", phone="13800000002", now=now - 4 * HOUR)
    both = make_resident(household=zhang, name="两家人", phone="13800000003", now=now - 3 * HOUR)
    plain = make_resident(household=zhang, name="张奶奶", phone="13800000004", now=now - 2 * HOUR)
    User.objects.update(password="!")
    Member.objects.create(household=li, user=both, joined_at=now)
    RoleGrant.objects.create(user=guide, role=Role.GUIDE, scope_kind=ScopeKind.DISTRICT, starts_on=now.date())
    opened = sign_in_by_pin(code=zhang.code, pin=pin, address=ADDRESS, now=now)
    assert (opened.user, opened.household) == (plain, zhang)
    Member.objects.filter(user=plain).update(left_at=now)
    assert sign_in_by_pin(code=zhang.code, pin=pin, address=ADDRESS, now=now).user not in (guide, both, plain)


def test_a_pin_opens_its_own_home_and_nothing_that_her_account_got_afterwards(
    client: Client, zhang: Household, li: Household, bin_07: SmartBin, pin: str, photos_dir: Path
) -> None:
    now = timezone.now()
    grandma = make_resident(household=zhang, name="张奶奶", phone="13800000004", now=now - HOUR)
    grandma.set_unusable_password()
    grandma.save()
    client.post("/my/sign-in/pin", {"code": zhang.code, "pin": pin})
    Member.objects.create(household=li, user=grandma, joined_at=now - 2 * HOUR)
    RoleGrant.objects.create(user=grandma, role=Role.GUIDE, scope_kind=ScopeKind.DISTRICT, starts_on=now.date())
    RoleGrant.objects.create(user=grandma, role=Role.OFFICER, scope_kind=ScopeKind.DISTRICT, starts_on=now.date())
    GuideAssignment.objects.create(guide=grandma, community=li.community, starts_on=now.date())
    record_consent(household=li, kind=ConsentKind.PHOTO, is_given=True, now=now)
    bag = make_drop_off(smart_bin=bin_07, household=li, occurred_at=now, event_id="e-1")
    record_photo(smart_bin=bin_07, event_id="e-1", data=saved(scene()), received_at=now)
    photo = f"/photos/{Photo.objects.get().pk}/small.webp"

    assert "1栋1单元101" in client.get("/my/").content.decode()
    assert "换一户" not in client.get("/my/").content.decode()
    assert client.post("/my/homes", {"household": li.pk}).status_code == 404
    assert client.get(f"/my/drop-offs/{bag.pk}/appeal").status_code == 404
    assert client.get(photo).status_code == 404
    for elsewhere in ("/guide/duty", "/bureau/", "/start"):
        assert client.get(elsewhere)["Location"].startswith("/sign-in"), elsewhere
    for door in ("auth/me", "resident/households", "guide/communities"):
        assert client.get(f"/api/v1/{door}").status_code == 401, door

    # By her own phone she is all that she is.
    client.force_login(grandma, backend=BACKEND)
    assert "换一户" in client.get("/my/").content.decode()
    for address in (photo, "/guide/duty", "/bureau/", "/api/v1/auth/me", "/api/v1/guide/communities"):
        assert client.get(address).status_code == 200, address


def test_a_new_pin_ends_what_the_old_one_opened(client: Client, zhang: Household, zhao: User, pin: str) -> None:
    client.post("/my/sign-in/pin", {"code": zhang.code, "pin": pin})
    assert client.get("/my/").status_code == 200
    new = give_pin(household=zhang, by=zhao, now=timezone.now())
    assert client.get("/my/")["Location"].startswith("/my/sign-in")
    client.post("/my/sign-in/pin", {"code": zhang.code, "pin": new})
    assert client.get("/my/").status_code == 200


def test_no_code_no_pin_a_wrong_one_a_locked_one_and_nonsense_look_the_same(
    client: Client, zhang: Household, li: Household, pin: str
) -> None:
    wrong = shown(client, zhang.code, other(pin))
    assert wrong[0] == 422
    assert "户码或 PIN 码不对" in wrong[1]
    nobody = household_code(serial=98_765_432)
    for code, typed in ((nobody, pin), (li.code, pin), ("12", pin), (zhang.code, "12"), ("", "")):
        assert shown(client, code, typed) == wrong
    for _ in range(5):
        assert shown(client, zhang.code, other(pin)) == wrong
    assert HouseholdPin.objects.get(household=zhang).locked_until is not None
    assert shown(client, zhang.code, pin) == wrong  # the right one, while it is locked
    assert client.get("/my/").status_code == 302


@pytest.mark.parametrize("whose", ["of nobody", "of Zhang"])
def test_who_tries_codes_is_stopped_whichever_they_are(client: Client, zhang: Household, pin: str, whose: str) -> None:
    for serial in range(20):
        code = household_code(serial=98_000_000 + serial) if whose == "of nobody" else zhang.code
        assert shown(client, code, other(pin))[0] == 422
    HouseholdPin.objects.update(wrong_count=0, locked_until=None)
    answer = client.post("/my/sign-in/pin", {"code": zhang.code, "pin": pin})
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 3_601
    assert "请等" in answer.content.decode()
    assert SignInTry.objects.count() == 20


def test_the_limit_is_the_addresss_own_ends_after_an_hour_and_is_forgotten_after_a_day(
    zhang: Household, pin: str
) -> None:
    now = timezone.now()
    for _ in range(20):
        with pytest.raises(PinSignInRefused):
            sign_in_by_pin(code="12", pin=pin, address=ADDRESS, now=now)
    with pytest.raises(TooManyTries):
        sign_in_by_pin(code=zhang.code, pin=pin, address=ADDRESS, now=now + HOUR / 2)
    assert sign_in_by_pin(code=zhang.code, pin=pin, address="10.0.0.2", now=now).household == zhang
    assert sign_in_by_pin(code=zhang.code, pin=pin, address=ADDRESS, now=now + HOUR).household == zhang
    assert forget_old_tries(now=now + 23 * HOUR) == 0
    assert forget_old_tries(now=now + 25 * HOUR) == 20
