"""Chen judges what lies in 东湖花园 and nothing else; the household hears of it, and a minute takes it back."""

import datetime as dt
from typing import Any

import pytest

from guides.models import GuideAssignment, Shift
from guides.services.sent import KeptTooLong
from guides.services.verdicts import (
    DropOffNotFound,
    TooLateToJudge,
    UndoTooLate,
    VerdictNotFound,
    judge_drop_off,
    undo_verdict,
)
from households.models import Household, Notice
from people.models import User
from sorting.models import CollectionPoint, DropOff, SmartBin, Verification
from sorting.services.verdicts import AlreadyJudged, NothingToWithdraw, OwnHousehold
from tests.builders import at, make_attribution, make_drop_off
from tests.conftest import TODAY

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture
def zhangs_bag(zhang: Household, bin_07: SmartBin) -> DropOff:
    """Zhang's food waste of eight this morning."""
    return make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY))


@pytest.fixture
def wangs_bag(wang: Household) -> DropOff:
    """Wang's food waste at the west gate of 西园新村."""
    point = CollectionPoint.objects.create(community=wang.community, name="西门")
    smart_bin = SmartBin.objects.create(code="B-0011", point=point, categories="FOOD", registered_at=at(on=TODAY))
    return make_drop_off(smart_bin=smart_bin, household=wang, occurred_at=at(on=TODAY))


def judge(drop_off: DropOff, guide: User, now: dt.datetime, verdict: str = "CORRECT", **others: Any) -> Verification:
    facts = {"client_id": "tap-1"} | others
    return judge_drop_off(guide=guide, drop_off_id=drop_off.pk, verdict=verdict, now=now, **facts)


def told(household: Household) -> list[str]:
    """What the household's inbox says, oldest first."""
    return list(Notice.objects.filter(household=household).order_by("pk").values_list("text", flat=True))


def test_a_verdict_keeps_who_when_where_and_by_which_rule(
    zhang: Household, zhangs_bag: DropOff, bin_07: SmartBin, chen: User, now: dt.datetime
) -> None:
    Shift.objects.create(guide=chen, point=bin_07.point, started_at=now - HOUR)
    judged = judge(zhangs_bag, chen, now)
    assert (judged.guide, judged.verified_at, judged.point) == (chen, now, bin_07.point)
    assert judged.rule.startswith("GB/T 19095-2019; ")
    assert told(zhang) == ["11月23日 08:00 投放的厨余垃圾:督导员核验为合格,谢谢您分得好。"]


def test_zhang_is_told_once_of_a_verdict_sent_twice_and_told_again_when_it_is_taken_back(
    zhang: Household, zhangs_bag: DropOff, chen: User, now: dt.datetime
) -> None:
    for _ in range(2):
        judge(zhangs_bag, chen, now, verdict="MISPLACED", actual_category="RESIDUAL")
    for _ in range(2):
        undo_verdict(guide=chen, verdict_id="tap-1", client_id="undo-1", now=now + MINUTE / 2)
    assert told(zhang) == [
        "11月23日 08:00 投放的厨余垃圾:督导员核验为误投,实际是其他垃圾,这次不计积分。",
        "11月23日 08:00 投放的厨余垃圾的核验已由督导员撤回。",
    ]


def test_wangs_bag_is_not_there_for_chen(wangs_bag: DropOff, chen: User, now: dt.datetime) -> None:
    with pytest.raises(DropOffNotFound) as foreign:
        judge(wangs_bag, chen, now)
    with pytest.raises(DropOffNotFound) as missing:
        judge_drop_off(guide=chen, drop_off_id=999_999, verdict="CORRECT", now=now, client_id="tap-1")
    assert str(foreign.value) == str(missing.value), "it must not tell whether there is one"
    assert not Verification.objects.exists()


def test_a_substitute_judges_on_the_days_given_and_may_send_them_the_morning_after(
    zhangs_bag: DropOff, li: Household, bin_07: SmartBin, east_lake: Any, zhao: User, now: dt.datetime
) -> None:
    GuideAssignment.objects.create(guide=zhao, community=east_lake, starts_on=TODAY, ends_on=TODAY)
    tomorrow = now + HOUR * 20
    with pytest.raises(DropOffNotFound):
        judge(zhangs_bag, zhao, tomorrow)
    assert judge(zhangs_bag, zhao, tomorrow, judged_at=now).verified_at == now
    before = make_drop_off(smart_bin=bin_07, household=li, occurred_at=now - HOUR * 14)
    with pytest.raises(DropOffNotFound):
        judge(before, zhao, now, judged_at=now - HOUR * 13, client_id="tap-2")


def test_what_a_phone_kept_longer_than_two_days_is_not_recorded(
    zhangs_bag: DropOff, chen: User, now: dt.datetime
) -> None:
    with pytest.raises(KeptTooLong):
        judge(zhangs_bag, chen, now + HOUR * 48 + SECOND, judged_at=now)


def test_after_the_checking_window_only_an_appeal_moves_points(
    zhangs_bag: DropOff, chen: User, now: dt.datetime
) -> None:
    ends_at = zhangs_bag.batch.received_at + HOUR * 48
    with pytest.raises(TooLateToJudge):
        judge(zhangs_bag, chen, ends_at + SECOND)
    assert judge(zhangs_bag, chen, ends_at).pk


def test_chen_does_not_judge_the_own_household(
    zhang: Household, zhangs_bag: DropOff, chen: User, now: dt.datetime
) -> None:
    zhang.members.create(user=chen, joined_at=now)
    with pytest.raises(OwnHousehold):
        judge(zhangs_bag, chen, now)
    assert told(zhang) == []


def test_the_minute_is_the_servers_and_a_tap_on_a_phone_without_a_network_counts_from_the_tap(
    zhangs_bag: DropOff, li: Household, bin_07: SmartBin, chen: User, now: dt.datetime
) -> None:
    judge(zhangs_bag, chen, now)
    with pytest.raises(UndoTooLate):
        undo_verdict(guide=chen, verdict_id="tap-1", client_id="undo-1", now=now + MINUTE)
    # The answer to this one was lost; its undo, tapped half a minute later, arrives after an hour.
    other = make_drop_off(smart_bin=bin_07, household=li, occurred_at=at(on=TODAY))
    judge(other, chen, now, client_id="tap-2")
    later = now + HOUR
    with pytest.raises(UndoTooLate):
        undo_verdict(guide=chen, verdict_id="tap-2", client_id="undo-2", now=later, undone_at=now + MINUTE)
    undone = undo_verdict(guide=chen, verdict_id="tap-2", client_id="undo-2", now=later, undone_at=now + MINUTE / 2)
    assert undone.verdict == "WITHDRAWN"
    again = undo_verdict(guide=chen, verdict_id="tap-2", client_id="undo-2", now=later + HOUR)
    assert again.pk == undone.pk


def test_nobody_takes_back_what_another_said(zhangs_bag: DropOff, chen: User, zhao: User, now: dt.datetime) -> None:
    judge(zhangs_bag, chen, now)
    with pytest.raises(VerdictNotFound):
        undo_verdict(guide=zhao, verdict_id="tap-1", client_id="undo-1", now=now)
    undo_verdict(guide=chen, verdict_id="tap-1", client_id="undo-1", now=now)
    with pytest.raises(NothingToWithdraw):
        undo_verdict(guide=chen, verdict_id="tap-1", client_id="undo-2", now=now)


def test_the_one_who_comes_second_is_told(
    zhangs_bag: DropOff, chen: User, zhao: User, east_lake: Any, now: dt.datetime
) -> None:
    GuideAssignment.objects.create(guide=zhao, community=east_lake, starts_on=TODAY)
    judge(zhangs_bag, chen, now, verdict="CONTAMINATED")
    with pytest.raises(AlreadyJudged):
        judge(zhangs_bag, zhao, now)


def test_an_attributed_bag_is_zhangs_too(zhang: Household, bin_07: SmartBin, chen: User, now: dt.datetime) -> None:
    unread = make_drop_off(smart_bin=bin_07, occurred_at=at(on=TODAY), card="X")
    make_attribution(drop_off=unread, household=zhang)
    judge(unread, chen, now)
    assert len(told(zhang)) == 1
