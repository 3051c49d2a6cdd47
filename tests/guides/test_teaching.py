"""Teaching: who signed in at what, once, and the reach that is computed from it."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from guides.models import Attendance, Gathering, GatheringKind, HomeVisit
from guides.queries.teaching import publicity_reach
from guides.services.teaching import (
    GatheringInvalid,
    GatheringNotFound,
    HouseholdNotHere,
    Planned,
    SignInClosed,
    hold_gathering,
    record_home_visit,
    sign_in_by_code,
    sign_in_member,
)
from households.models import Community, Household, Member
from people.models import User
from tests.conftest import NOON, TODAY

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    """It is Monday noon until a story lets time pass."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def lesson(chen: User, east_lake: Community) -> Gathering:
    """Chen's training on food waste, from noon to one."""
    planned = Planned(kind=GatheringKind.TRAINING, topic="厨余怎么分", starts_at=NOON, ends_at=NOON + HOUR)
    return hold_gathering(guide=chen, community_id=east_lake.pk, planned=planned, now=NOON, client_id="g1")


def member_of(household: Household, name: str) -> Member:
    user = User.objects.create_user(username=f"resident-{name}")
    return Member.objects.create(household=household, user=user, name=name, joined_at=NOON)


def test_grandma_zhang_opens_the_qr_signs_in_and_counts_once(
    client: Client, lesson: Gathering, zhang: Household
) -> None:
    address = reverse("my-attend", args=[lesson.token])
    assert client.get(address)["Location"] == f"{reverse('my-sign-in')}?next={address}"
    grandma = member_of(zhang, "张奶奶")
    assert grandma.user is not None
    client.force_login(grandma.user)
    assert "厨余怎么分" in client.get(address).content.decode()
    assert "签到好了" in client.post(address, follow=True).content.decode()
    assert "已经签到过了" in client.post(address, follow=True).content.decode()
    assert Attendance.objects.get().member == grandma


def test_a_person_is_there_once_even_behind_the_platforms_back(lesson: Gathering, zhang: Household) -> None:
    for member in (member_of(zhang, "张奶奶"), None):
        Attendance.objects.create(gathering=lesson, household=zhang, member=member, signed_at=NOON)
        with pytest.raises(IntegrityError), transaction.atomic():
            Attendance.objects.create(gathering=lesson, household=zhang, member=member, signed_at=NOON)


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"kind": "PARTY"}, "gathering_kind_known"),
        ({"topic": ""}, "gathering_topic_said"),
        ({"ends_at": NOON}, "gathering_times_in_order"),
    ],
)
def test_the_database_keeps_no_gathering_that_cannot_be(
    lesson: Gathering, wrong: dict[str, object], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Gathering.objects.filter(pk=lesson.pk).update(**wrong)


def test_wang_of_another_community_finds_no_such_lesson(client: Client, lesson: Gathering, wang: Household) -> None:
    of_wang = member_of(wang, "王先生")
    assert of_wang.user is not None
    client.force_login(of_wang.user)
    assert client.post(reverse("my-attend", args=[lesson.token])).status_code == 404
    with pytest.raises(GatheringNotFound):
        sign_in_member(gathering=lesson, member=of_wang, now=NOON)


def test_nobody_signs_in_before_or_after(lesson: Gathering, zhang: Household) -> None:
    grandma = member_of(zhang, "张奶奶")
    for when in (NOON - HOUR, NOON + 2 * HOUR):
        with pytest.raises(SignInClosed):
            sign_in_member(gathering=lesson, member=grandma, now=when)
    assert sign_in_member(gathering=lesson, member=grandma, now=NOON + HOUR)


def test_chen_takes_in_lis_code_and_not_wangs(chen: User, lesson: Gathering, li: Household, wang: Household) -> None:
    assert sign_in_by_code(guide=chen, gathering_id=lesson.pk, text=li.code, now=NOON)
    assert not sign_in_by_code(guide=chen, gathering_id=lesson.pk, text=li.code, now=NOON)
    for code in (wang.code, "411003000009999", ""):
        with pytest.raises(HouseholdNotHere):
            sign_in_by_code(guide=chen, gathering_id=lesson.pk, text=code, now=NOON)
        with pytest.raises(HouseholdNotHere):
            record_home_visit(guide=chen, text=code, is_met=True, now=NOON, client_id="v")
    assert not HomeVisit.objects.exists()


def test_a_lesson_in_wangs_community_or_without_sense_is_not_held(
    chen: User, lesson: Gathering, wang: Household
) -> None:
    planned = Planned(kind="EVENT", topic="换大米", starts_at=NOON, ends_at=NOON + HOUR)
    with pytest.raises(GatheringNotFound):
        hold_gathering(guide=chen, community_id=wang.community_id, planned=planned, now=NOON, client_id="g2")
    for odd in (
        Planned(kind="EVENT", topic=" ", starts_at=NOON, ends_at=NOON + HOUR),
        Planned(kind="PARTY", topic="换大米", starts_at=NOON, ends_at=NOON + HOUR),
        Planned(kind="EVENT", topic="换大米", starts_at=NOON, ends_at=NOON),
        Planned(kind="EVENT", topic="换大米", starts_at=NOON, ends_at=NOON + 13 * HOUR),
    ):
        with pytest.raises(GatheringInvalid):
            hold_gathering(guide=chen, community_id=lesson.community_id, planned=odd, now=NOON, client_id="g3")
    assert Gathering.objects.get() == lesson


def test_reach_counts_homes_once_and_leads_to_the_sign_ins(
    chen: User, lesson: Gathering, zhang: Household, li: Household, wang: Household
) -> None:
    for name in ("张奶奶", "张先生"):
        sign_in_member(gathering=lesson, member=member_of(zhang, name), now=NOON)
    everywhere = Community.objects.all()
    found = {each.community.name: each for each in publicity_reach(communities=everywhere, first=TODAY, last=TODAY)}
    assert (found["东湖花园"].reached_count, found["东湖花园"].enrolled_count) == (1, 2)
    assert (found["西园新村"].reached_count, found["西园新村"].enrolled_count) == (0, 1)
    assert Attendance.objects.values("household").distinct().count() == 1
    day_before = TODAY - dt.timedelta(days=1)
    before = publicity_reach(communities=everywhere, first=day_before, last=day_before)
    assert [each.reached_count for each in before] == [0, 0]
    Household.objects.filter(pk=zhang.pk).update(left_on=TODAY)
    assert publicity_reach(communities=everywhere, first=TODAY, last=TODAY)[0].reached_count == 0


def test_chen_holds_a_lesson_and_visits_a_door_on_the_phone(client: Client, chen: User, zhang: Household) -> None:
    client.force_login(chen)
    form = {"kind": "TRAINING", "topic": "旧电池", "community": zhang.community_id, "on": f"{TODAY:%Y-%m-%d}"}
    form |= {"starts_at": "12:00", "ends_at": "13:00", "client_id": "g1"}
    text = client.post(reverse("guide-teaching"), form, follow=True).content.decode()
    assert "<svg" in text
    lesson = Gathering.objects.get()
    text = client.post(reverse("guide-gathering", args=[lesson.pk]), {"code": zhang.code}, follow=True).content.decode()
    assert "1-1-101" in text
    visit = {"code": zhang.code, "is_met": "yes", "note": "教了怎么沥水", "client_id": "v1"}
    for _ in range(2):
        assert "已记下入户" in client.post(reverse("guide-visit"), visit, follow=True).content.decode()
    assert HomeVisit.objects.get().household == zhang
    for odd in ({"on": "2026-02-31"}, {"starts_at": "25:00"}, {"ends_at": ""}):
        assert "没有记上" in client.post(reverse("guide-teaching"), form | {"client_id": "g9"} | odd).content.decode()


def test_chen_sees_how_many_homes_of_the_own_community_were_reached(
    client: Client, chen: User, lesson: Gathering, zhang: Household, li: Household, wang: Household
) -> None:
    sign_in_member(gathering=lesson, member=member_of(zhang, "张奶奶"), now=NOON)
    before = NOON - dt.timedelta(days=31)
    planned = Planned(kind="EVENT", topic="换大米", starts_at=before, ends_at=before + HOUR)
    event = hold_gathering(guide=chen, community_id=li.community_id, planned=planned, now=before, client_id="g2")
    sign_in_by_code(guide=chen, gathering_id=event.pk, text=li.code, now=before)
    client.force_login(chen)
    text = re.sub(r"\s+", " ", client.get(reverse("guide-teaching")).content.decode())
    assert "<dt>本月 <strong>50.0 %</strong></dt> <dd>1 户签到过,在册 2 户</dd>" in text
    assert "<dt>今年 <strong>100.0 %</strong></dt> <dd>2 户签到过,在册 2 户</dd>" in text
    assert "换大米" in text, "the year's figure leads to its sign-ins"
    assert "西园新村" not in text


def test_an_officer_sees_the_share_and_when_somebody_signed_in_but_not_who(
    client: Client, zhao: User, lesson: Gathering, zhang: Household, li: Household
) -> None:
    sign_in_member(gathering=lesson, member=member_of(zhang, "张奶奶"), now=NOON)
    client.force_login(zhao)
    text = client.get(reverse("bureau-teaching") + f"?on={TODAY:%Y-%m-%d}").content.decode()
    assert "50.0 %" in text
    text = client.get(reverse("bureau-gathering", args=[lesson.pk])).content.decode()
    assert "12:00:00" in text
    for hidden in ("张奶奶", "1-1-101", zhang.code):
        assert hidden not in text
