"""The queue of flags: officer Zhao sees the evidence and no name, opens a household for a reason, and judges once."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from households.models import Household
from people.models import AccessLog, User
from points.models import CorrectionState, Flag, FlagKind, FlagState, PointCorrection, Transfer
from sorting.models import SmartBin
from tests.builders import make_drop_off

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
