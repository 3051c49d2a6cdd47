"""The queue of flags: officer Zhao sees the evidence and no name, opens a household for a reason, and judges once."""

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from households.models import Community, ConsentKind, Household
from households.services import record_consent
from people.models import AccessLog, RoleGrant, ScopeKind, User
from points.models import CorrectionState, Flag, FlagKind, FlagState, PointCorrection, Transfer
from sorting.models import DropOff, SmartBin
from sorting.services.photos import record_photo
from tests.builders import make_drop_off
from tests.lib.test_pictures import saved, scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def flag(zhang: Household, bin_07: SmartBin, now: dt.datetime) -> Flag:
    """The Zhang household brought one bag as seven."""
    drop_off = make_drop_off(smart_bin=bin_07, occurred_at=now, household=zhang, event_id="e-1", weight_g=300)
    return Flag.objects.create(
        kind=FlagKind.SPLITTING,
        subject=f"household/{zhang.pk}/FOOD",
        occasion="2026-W48",
        community=zhang.community,
        household=zhang,
        starts_on=now.date(),
        ends_on=now.date(),
        figures={"bag_count": 7, "gain_points": 60},
        drop_off_ids=[drop_off.pk],
        opened_at=now,
        last_seen_at=now,
    )


@pytest.fixture
def officer(client: Client, zhao: User) -> Client:
    client.force_login(zhao)
    return client


def page_of(flag: Flag) -> str:
    return reverse("bureau-flag", args=[flag.pk])


def test_zhao_sees_what_was_found_and_not_who_it_is(officer: Client, flag: Flag, zhang: Household) -> None:
    listed, page = (officer.get(address).content.decode() for address in (reverse("bureau-flags"), page_of(flag)))
    for text in (listed, page):
        assert "拆分投放" in text
        assert zhang.code not in text
    assert "袋数:7 袋" in page
    assert "第 1 户" in page


def test_the_list_narrows_by_kind_and_age(officer: Client, flag: Flag) -> None:
    for query, is_listed in (("kind=SPLITTING", True), ("kind=OUTLIER", False), ("state=DISMISSED", False)):
        text = officer.get(f"{reverse('bureau-flags')}?{query}").content.decode()
        assert (page_of(flag) in text) is is_listed


def test_zhao_opens_zhang_for_a_reason_that_is_kept(officer: Client, flag: Flag, zhang: Household) -> None:
    refused = officer.post(page_of(flag), {"action": "open", "reason": " "})
    assert refused.status_code == 422
    assert zhang.code not in refused.content.decode()
    assert not AccessLog.objects.exists()
    opened = officer.post(page_of(flag), {"action": "open", "reason": "核对线索"})
    assert zhang.code in opened.content.decode()
    assert AccessLog.objects.get().reason == "核对线索"


def test_what_zhao_upholds_takes_no_point_before_a_second_officer_agrees(
    officer: Client, flag: Flag, zhang: Household, zhao: User
) -> None:
    told = officer.post(page_of(flag), {"action": "confirm", "reason": "同一袋分七次", "points": "60"}, follow=True)
    assert "由另一位同事复核后才生效" in told.content.decode()
    correction = PointCorrection.objects.get()
    assert (correction.household, correction.points, correction.proposed_by) == (zhang, -60, zhao)
    assert correction.state == CorrectionState.PROPOSED
    assert not Transfer.objects.exists()
    flag.refresh_from_db()
    assert (flag.state, flag.decided_by, flag.decision_reason) == (FlagState.CONFIRMED, zhao, "同一袋分七次")


def test_a_flag_is_judged_once_and_for_a_reason(officer: Client, flag: Flag) -> None:
    assert officer.post(page_of(flag), {"action": "dismiss", "reason": ""}).status_code == 422
    assert officer.post(page_of(flag), {"action": "dismiss", "reason": "代邻居投放"}).status_code == 302
    again = officer.post(page_of(flag), {"action": "confirm", "reason": "再看", "points": "60"})
    assert (again.status_code, PointCorrection.objects.count()) == (422, 0)
    flag.refresh_from_db()
    assert flag.state == FlagState.DISMISSED


def test_a_dismissed_flag_takes_nothing(officer: Client, flag: Flag) -> None:
    assert officer.post(page_of(flag), {"action": "dismiss", "reason": "误会", "points": "60"}).status_code == 422
    flag.refresh_from_db()
    assert (flag.state, PointCorrection.objects.count()) == (FlagState.OPEN, 0)


def test_zhao_does_not_judge_the_own_household(officer: Client, flag: Flag, zhao: User, zhang: Household) -> None:
    zhang.members.create(user=zhao, joined_at=flag.opened_at)
    assert officer.post(page_of(flag), {"action": "dismiss", "reason": "没事"}).status_code == 422
    flag.refresh_from_db()
    assert flag.state == FlagState.OPEN


def test_qian_approves_on_the_flags_page_what_zhao_proposed_there(
    officer: Client, flag: Flag, zhang: Household, qian: User
) -> None:
    officer.post(page_of(flag), {"action": "confirm", "reason": "同一袋分七次"})
    told = officer.post(page_of(flag), {"action": "take", "points": "60", "reason": "同一袋分七次"}, follow=True)
    text = told.content.decode()
    assert "由另一位同事复核后才生效" in text
    assert "批准扣减" not in text
    assert officer.post(page_of(flag), {"action": "approve"}).status_code == 422
    assert PointCorrection.objects.get().state == CorrectionState.PROPOSED
    waiting = officer.get(f"{reverse('bureau-flags')}?state=CORRECTION").content.decode()
    assert "成立,扣减 60 分待复核" in waiting

    officer.force_login(qian)
    assert "批准扣减" in officer.get(page_of(flag)).content.decode()
    told = officer.post(page_of(flag), {"action": "approve", "note": "证据清楚"}, follow=True)
    text = told.content.decode()
    for said in ("已批准,扣了 0 分", "0 分,账上不足,60 分没有扣到", "证据清楚", "钱科员"):
        assert said in text
    assert "提出扣减" not in text
    assert officer.post(page_of(flag), {"action": "refuse"}).status_code == 422
    assert PointCorrection.objects.get().state == CorrectionState.APPROVED


def test_what_qian_refuses_may_be_proposed_again(officer: Client, flag: Flag, qian: User) -> None:
    officer.post(page_of(flag), {"action": "confirm", "reason": "同一袋分七次", "points": "600"})
    officer.force_login(qian)
    told = officer.post(page_of(flag), {"action": "refuse", "note": "多了一个零"}, follow=True).content.decode()
    assert "未批准" in told
    assert "重新提出扣减的积分" in told
    officer.post(page_of(flag), {"action": "take", "points": "60", "reason": "同一袋分七次"})
    flag.refresh_from_db()
    assert flag.correction is not None
    assert (flag.correction.points, PointCorrection.objects.count()) == (-60, 2)


def test_what_no_button_says_does_nothing(officer: Client, flag: Flag) -> None:
    for action in ("", "delete", "approve"):
        assert officer.post(page_of(flag), {"action": action, "reason": "试试"}).status_code == 400
    flag.refresh_from_db()
    assert (flag.state, PointCorrection.objects.count()) == (FlagState.OPEN, 0)


@pytest.fixture
def twice(
    zhang: Household, li: Household, bin_07: SmartBin, photos_dir: Path, now: dt.datetime
) -> tuple[Flag, list[int]]:
    """Zhang's bag and Li's bag show the same photo; Zhang's second bag shows another one. The flag, and the photos."""
    drop_offs, photo_ids = [], []
    for number, household in enumerate((zhang, li, zhang)):
        record_consent(household=household, kind=ConsentKind.PHOTO, is_given=True, now=now)
        moment = now + dt.timedelta(minutes=number)
        data = saved(scene(seed=2) if number == 2 else scene())
        drop_offs.append(
            make_drop_off(smart_bin=bin_07, occurred_at=moment, household=household, event_id=f"p-{number}")
        )
        recorded = record_photo(smart_bin=bin_07, event_id=f"p-{number}", data=data, received_at=moment)
        assert recorded.photo_id is not None
        photo_ids.append(recorded.photo_id)
    flag = Flag.objects.create(
        kind=FlagKind.SAME_PHOTO,
        subject=f"bin/{bin_07.pk}",
        occasion="2026-11-23",
        community=zhang.community,
        bin=bin_07,
        starts_on=now.date(),
        ends_on=now.date(),
        figures={"pair_count": 1, "identical_count": 1},
        drop_off_ids=[each.pk for each in drop_offs],
        opened_at=now,
        last_seen_at=now,
    )
    return flag, photo_ids


def pictures(text: str, photo_ids: list[int]) -> list[bool]:
    """Which of the photos are on the page as pictures."""
    return [reverse("photo-large", args=[each]) in text for each in photo_ids]


def test_two_photos_that_are_the_same_stand_side_by_side_for_a_reason_that_is_kept(
    officer: Client, twice: tuple[Flag, list[int]]
) -> None:
    flag, photo_ids = twice
    asked = officer.get(page_of(flag)).content.decode()
    assert "完全相同" in asked
    assert "其他照片" in asked
    assert pictures(asked, photo_ids) == [False, False, False]
    assert officer.get(reverse("photo-large", args=[photo_ids[0]])).status_code == 404
    assert officer.post(page_of(flag), {"action": "photos", "reason": " "}).status_code == 422
    assert not AccessLog.objects.exists()
    opened = officer.post(page_of(flag), {"action": "photos", "reason": "比对两张照片"}, follow=True).content.decode()
    assert pictures(opened, photo_ids) == [True, True, True]
    logged = AccessLog.objects.filter(subject_kind="photo").values_list("subject_id", "reason")
    assert sorted(logged) == [(each, "比对两张照片") for each in photo_ids]
    assert officer.get(reverse("photo-large", args=[photo_ids[0]])).status_code == 200
    again = officer.post(page_of(flag), {"action": "photos", "reason": "再看"})
    assert (again.status_code, AccessLog.objects.filter(subject_kind="photo").count()) == (422, 3)


def test_the_photo_of_li_who_took_the_consent_back_stays_closed(
    officer: Client, twice: tuple[Flag, list[int]], li: Household, now: dt.datetime
) -> None:
    flag, photo_ids = twice
    record_consent(household=li, kind=ConsentKind.PHOTO, is_given=False, now=now + dt.timedelta(hours=1))
    opened = officer.post(page_of(flag), {"action": "photos", "reason": "比对"}, follow=True).content.decode()
    assert pictures(opened, photo_ids) == [True, False, True]
    assert "不能查看" in opened
    assert photo_ids[1] not in AccessLog.objects.filter(subject_kind="photo").values_list("subject_id", flat=True)


def test_an_officer_of_another_community_sees_neither_flag_nor_photos(
    client: Client, twice: tuple[Flag, list[int]], wang: Household, qian: User
) -> None:
    flag, _ = twice
    RoleGrant.objects.filter(user=qian).update(scope_kind=ScopeKind.COMMUNITY, scope_id=wang.community_id)
    client.force_login(qian)
    assert client.post(page_of(flag), {"action": "photos", "reason": "看看"}).status_code == 404
    assert not AccessLog.objects.exists()


def test_a_photo_from_beyond_the_officers_communities_stays_closed(
    client: Client, twice: tuple[Flag, list[int]], zhang: Household, west_park: Community, qian: User
) -> None:
    """Zhang's second bag was brought to the other community's point."""
    flag, photo_ids = twice
    DropOff.objects.filter(event_id="p-2").update(community=west_park)
    RoleGrant.objects.filter(user=qian).update(scope_kind=ScopeKind.COMMUNITY, scope_id=zhang.community_id)
    client.force_login(qian)
    opened = client.post(page_of(flag), {"action": "photos", "reason": "比对"}, follow=True).content.decode()
    assert pictures(opened, photo_ids) == [True, True, False]
    assert AccessLog.objects.filter(subject_kind="photo").count() == 2
