"""What a household decides itself: who belongs to it, what it agrees to, and leaving."""

import datetime as dt
import json

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client

from guides.models import Appeal, Attendance, Gathering, GatheringKind, HomeVisit
from households.models import (
    ChangeKind,
    ConsentKind,
    Household,
    HouseholdChange,
    HouseholdPin,
    Member,
    Notice,
    NoticeKind,
)
from households.queries import consent_holds
from households.services import give_pin, notify_household
from households.services.opening import open_household
from people.models import AccessLog, User
from points.models import PointCorrection, Transfer
from sorting.models import SmartBin, Verification
from tests.builders import make_drop_off, make_verification
from tests.conftest import NOON
from tests.pages.my.conftest import PHONE, make_resident
from tests.rewards import earn, make_reward, make_shop, redeem

pytestmark = pytest.mark.django_db


def test_grandma_invites_her_son_and_takes_him_out_again(grandma: Client, zhang: Household) -> None:
    grandma.post("/my/me/members", {"name": "小张", "phone": "13800000002"})
    text = grandma.get("/my/me").content.decode()
    assert "小张" in text
    assert "138****0002" in text
    assert "13800000002" not in text
    son = zhang.members.get(name="小张")
    grandma.post(f"/my/me/members/{son.pk}/remove")
    assert "小张" not in grandma.get("/my/me").content.decode()


def test_who_takes_herself_out_leaves_nothing_on_the_phone(grandma: Client, zhang: Household) -> None:
    out = grandma.post(f"/my/me/members/{zhang.members.get().pk}/remove")
    assert (out["Location"], out["Clear-Site-Data"]) == ("/my/sign-in", '"cache"')


def test_a_member_of_another_household_is_not_there(grandma: Client, wang: Household, now: dt.datetime) -> None:
    make_resident(household=wang, name="王先生", phone="13800000009", now=now)
    assert grandma.post(f"/my/me/members/{wang.members.get().pk}/remove").status_code == 404
    assert wang.members.get().left_at is None


def test_each_consent_is_given_and_withdrawn_apart(grandma: Client, zhang: Household) -> None:
    grandma.post("/my/me/consents", {"kind": "PHOTO", "give": "1"})
    assert consent_holds(household=zhang, kind=ConsentKind.PHOTO)
    assert not consent_holds(household=zhang, kind=ConsentKind.RANKING)
    grandma.post("/my/me/consents", {"kind": "PHOTO", "give": "0"})
    assert not consent_holds(household=zhang, kind=ConsentKind.PHOTO)
    assert grandma.post("/my/me/consents", {"kind": "PROGRAMME", "give": "0"}).status_code == 404


def test_the_inbox_shows_what_is_new_once(grandma: Client, zhang: Household, now: dt.datetime) -> None:
    notify_household(household=zhang, kind=NoticeKind.POINTS, text="年底有 20 分到期。", reference="x/1", now=now)
    assert "1 条新消息" in grandma.get("/my/").content.decode()
    assert "年底有 20 分到期。" in grandma.get("/my/notices").content.decode()
    assert "条新消息" not in grandma.get("/my/").content.decode()


def test_who_looked_and_why_is_shown(grandma: Client, zhang: Household, zhao: User, now: dt.datetime) -> None:
    open_household(household=zhang, by=zhao, reason="核对积分申诉", now=now)
    text = grandma.get("/my/me").content.decode()
    assert "赵科长：核对积分申诉" in text


def test_the_export_holds_everything_of_the_own_and_nothing_of_others(
    grandma: Client, zhang: Household, wang: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now, weight_g=1_234)
    make_drop_off(smart_bin=bin_07, household=wang, occurred_at=now, weight_g=4_321)
    data = json.loads(grandma.get("/my/me/export").content)
    assert data["household"]["code"] == zhang.code
    assert [member["phone"] for member in data["members"]] == [PHONE]
    assert [bag["weight_g"] for bag in data["drop_offs"]] == [1_234]
    assert set(data) >= {"cards", "consents", "notices", "transfers", "redemptions", "changes", "looked_at_by"}


@pytest.fixture
def disputed(zhang: Household, bin_07: SmartBin, chen: User, grandma: Client, now: dt.datetime) -> Appeal:
    """Mrs Zhang appealed, Chen visited her and wrote it down, and she came to an event."""
    bag = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now)
    HomeVisit.objects.create(household=zhang, guide=chen, visited_at=now, note="张奶奶听力不好")
    gathering = Gathering.objects.create(
        community=zhang.community,
        guide=chen,
        kind=GatheringKind.EVENT,
        topic="厨余怎么分",
        token="a" * 32,
        starts_at=now,
        ends_at=now + dt.timedelta(hours=1),
    )
    member = Member.objects.get(household=zhang)
    Attendance.objects.create(gathering=gathering, household=zhang, member=member, signed_at=now)
    grandma.post(f"/my/drop-offs/{bag.pk}/appeal", {"subject": "WEIGHT", "words": "称错了"})
    return Appeal.objects.get()


def test_the_export_says_what_guides_and_the_household_wrote_about_it(grandma: Client, disputed: Appeal) -> None:
    data = json.loads(grandma.get("/my/me/export").content)
    assert [(each["subject"], each["words"]) for each in data["appeals"]] == [("WEIGHT", "称错了")]
    assert [each["note"] for each in data["home_visits"]] == ["张奶奶听力不好"]
    assert [(each["topic"], each["who"]) for each in data["gatherings"]] == [("厨余怎么分", "张奶奶")]


def test_leaving_forgets_what_was_written_about_the_household(
    grandma: Client, zhang: Household, disputed: Appeal
) -> None:
    assert grandma.post("/my/me/leave", {"code": zhang.code})["Location"] == "/"
    disputed.refresh_from_db()
    assert (disputed.subject, disputed.words) == ("WEIGHT", "")
    assert HomeVisit.objects.get().note == ""


def test_leaving_needs_the_code_and_leaves_no_trace_of_the_people(
    grandma: Client, zhang: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    drop_off = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now)
    notify_household(household=zhang, kind=NoticeKind.POINTS, text="给张奶奶", reference="x/1", now=now)
    assert grandma.post("/my/me/leave", {"code": "1"}).status_code == 422
    zhang.refresh_from_db()
    assert zhang.left_on is None
    out = grandma.post("/my/me/leave", {"code": zhang.code})
    assert (out["Location"], out["Clear-Site-Data"]) == ("/", '"cache"')
    zhang.refresh_from_db()
    assert (zhang.building, zhang.unit, zhang.room) == ("—", "—", "—")
    assert zhang.left_on is not None
    assert not zhang.cards.filter(valid_to__isnull=True).exists()
    assert not Notice.objects.exists()
    member = Member.objects.get()
    assert (member.name, member.phone_lookup, bytes(member.phone_encrypted)) == ("", "", b"")
    assert User.objects.get(pk=member.user_id).display_name == ""
    drop_off.refresh_from_db()
    assert drop_off.household_id == zhang.pk
    assert grandma.get("/my/").status_code == 302


CANARY = "张奶奶的女儿打电话来说"


def test_what_others_wrote_about_the_home_is_forgotten_and_the_ledger_stays(
    grandma: Client, zhang: Household, li: Household, bin_07: SmartBin, chen: User, zhao: User, now: dt.datetime
) -> None:
    """Li's words stay: they live elsewhere. Zhang's old home goes with the new one."""
    earn(households=[zhang], smart_bin=bin_07, points=60, now=now)
    bag = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now)
    make_verification(drop_off=bag, guide=chen, verdict="CORRECT")
    Verification.objects.update(note=CANARY)
    give_pin(household=zhang, by=zhao, now=now)
    homes = (zhang, li)
    for home in homes:
        open_household(household=home, by=zhao, reason=CANARY, now=now)
        PointCorrection.objects.create(household=home, points=5, reason=CANARY, proposed_by=zhao, proposed_at=now)
    old = Household.objects.create(
        community=zhang.community, serial=900, code="411003000009007", building="9", unit="9", room="901",
        enrolled_on=now.date(), left_on=now.date(),
    )  # fmt: skip
    HouseholdChange.objects.create(
        household=old, kind=ChangeKind.MOVED, successor=zhang, reason=CANARY, decided_by=zhao, at=now
    )
    transfers = list(Transfer.objects.order_by("pk").values())
    looks = AccessLog.objects.filter(subject_id=zhang.pk).values_list("user", "at")
    before = list(looks)
    assert grandma.post("/my/me/leave", {"code": zhang.code})["Location"] == "/"
    assert list(Transfer.objects.order_by("pk").values()) == transfers != []
    assert list(looks) == before != []
    assert not HouseholdPin.objects.exists()
    assert not Verification.objects.filter(note=CANARY).exists()
    assert not HouseholdChange.objects.filter(reason=CANARY).exists()
    assert AccessLog.objects.get(reason=CANARY).subject_id == li.pk
    assert PointCorrection.objects.get(reason=CANARY).household_id == li.pk
    old.refresh_from_db()
    assert (old.building, old.room) == ("—", "—")


def test_of_a_look_nothing_but_the_reason_is_forgotten(zhang: Household, zhao: User, now: dt.datetime) -> None:
    open_household(household=zhang, by=zhao, reason="核对积分", now=now)
    for change in (
        {"reason": "别的"},
        {"reason": "—", "subject_id": 1_000},
        {"reason": "—", "at": NOON - dt.timedelta(days=1)},
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            AccessLog.objects.update(**change)
    AccessLog.objects.update(reason="—")
    assert AccessLog.objects.get().reason == "—"


def test_who_has_something_waiting_at_a_shop_collects_or_cancels_it_before_leaving(
    grandma: Client, zhang: Household, bin_07: SmartBin, zhao: User
) -> None:
    with time_machine.travel(NOON, tick=False):
        earn(households=[zhang], smart_bin=bin_07, points=60, now=NOON)
        waiting = redeem(household=zhang, reward=make_reward(shops=[make_shop()], by=zhao), key="k-1", now=NOON)
        refused = grandma.post("/my/me/leave", {"code": zhang.code})
        assert (refused.status_code, "先去领取，或者在“兑换”里取消" in refused.content.decode()) == (409, True)
        zhang.refresh_from_db()
        assert zhang.left_on is None
        assert zhang.members.get().name == "张奶奶"
        grandma.post(f"/my/redemptions/{waiting.pk}/cancel")
        assert grandma.post("/my/me/leave", {"code": zhang.code})["Location"] == "/"


def test_only_the_first_member_speaks_for_all(zhang: Household, grandma: Client, now: dt.datetime) -> None:
    son = Client()
    son.force_login(make_resident(household=zhang, name="小张", phone="13800000002", now=now))
    assert "只有户内第一位成员" in son.get("/my/me/leave").content.decode()
    assert son.post("/my/me/leave", {"code": zhang.code}).status_code == 409
    zhang.refresh_from_db()
    assert zhang.left_on is None
