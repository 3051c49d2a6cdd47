"""Guide Chen works through the API: judges and takes back, looks into bins, redeems for who stands there."""

import datetime as dt

import pytest
import time_machine

from guides.models import GuideAssignment
from households.models import CardKind, Household, Member
from households.services import give_pin, issue_card
from people.models import User
from points.models import Redemption, Reward
from sorting.models import SmartBin, SpotCheck, Verification
from tests.api.asking import Asker
from tests.builders import at, make_drop_off
from tests.conftest import NOON, TODAY
from tests.rewards import earn, make_reward, make_shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def guide(chen: User) -> Asker:
    return Asker(user=chen)


@pytest.fixture
def salt(zhao: User) -> Reward:
    return make_reward(shops=[make_shop()], by=zhao)


def minutes_ago(minutes: int) -> dt.datetime:
    return NOON - dt.timedelta(minutes=minutes)


def test_chen_sees_the_given_communities_their_points_and_bins(guide: Asker, bin_07: SmartBin, wang: Household) -> None:
    (community,) = guide.get("guide/communities").json()["items"]
    assert community["name"] == "东湖花园"
    (point,) = community["points"]
    assert (point["name"], [each["code"] for each in point["bins"]]) == ("东门", ["B-0007"])
    GuideAssignment.objects.update(ends_on=TODAY - dt.timedelta(days=1))
    assert guide.get("guide/communities").json() == {"items": []}
    assert guide.get(f"guide/points/{bin_07.point_id}/drop-offs").status_code == 404


def test_the_drop_offs_at_a_point_come_newest_first_with_doors_of_own_communities_only(
    guide: Asker, bin_07: SmartBin, zhang: Household, wang: Household
) -> None:
    for number in range(32):
        make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=minutes_ago(number + 2))
    make_drop_off(smart_bin=bin_07, household=wang, occurred_at=minutes_ago(1))
    address = f"guide/points/{bin_07.point_id}/drop-offs"
    listed = guide.all_items(address)
    assert len(listed) == 33
    assert [each["door"] for each in listed[:3]] == ["", "1-1-101", "1-1-101"]
    assert listed[0]["has_household"]
    moments = [each["occurred_at"] for each in listed]
    assert moments == sorted(moments, reverse=True)
    assert guide.get(address, tab="sample").status_code == 200
    assert guide.get(address, tab="secret").status_code == 400


def test_a_verdict_sent_twice_is_one_and_is_taken_back_within_its_minute(
    guide: Asker, bin_07: SmartBin, zhang: Household, at_noon: time_machine.Traveller
) -> None:
    drop_off = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=minutes_ago(5))
    sent = {"client_id": "v-1", "verdict": "MISPLACED", "actual_category": "RESIDUAL"}
    first = guide.post(f"guide/drop-offs/{drop_off.pk}/verdicts", **sent)
    assert (first.status_code, first.json()["in_force_at"]) == (201, "2026-11-23T12:01:00+08:00")
    assert guide.post(f"guide/drop-offs/{drop_off.pk}/verdicts", **sent).json() == first.json()
    other = guide.post(f"guide/drop-offs/{drop_off.pk}/verdicts", client_id="v-1", verdict="CORRECT")
    assert (other.status_code, other.json()["code"]) == (409, "verdict_conflict")
    undone = guide.post("guide/withdrawals", verdict_client_id="v-1", client_id="u-1")
    assert (undone.status_code, undone.json()["verdict"]) == (201, "WITHDRAWN")
    assert guide.post(f"guide/drop-offs/{drop_off.pk}/verdicts", client_id="v-2", verdict="CORRECT").status_code == 201
    at_noon.shift(61)
    late = guide.post("guide/withdrawals", verdict_client_id="v-2", client_id="u-2")
    assert (late.status_code, late.json()["code"]) == (409, "undo_too_late")
    assert guide.post("guide/withdrawals", verdict_client_id="v-9", client_id="u-3").status_code == 404


def test_chen_does_not_judge_the_own_household_nor_what_is_said_badly(
    guide: Asker, chen: User, bin_07: SmartBin, zhang: Household, li: Household
) -> None:
    Member.objects.create(household=li, user=chen, name="陈", joined_at=NOON - dt.timedelta(days=9))
    own, other = (
        make_drop_off(smart_bin=bin_07, household=household, occurred_at=minutes_ago(5)) for household in (li, zhang)
    )
    refused = guide.post(f"guide/drop-offs/{own.pk}/verdicts", client_id="v", verdict="CORRECT")
    assert (refused.status_code, refused.json()["code"]) == (409, "own_household")
    for body, status in (
        ({"verdict": "WITHDRAWN", "client_id": "v"}, 400),
        ({"verdict": "CORRECT"}, 400),
        ({"verdict": "MISPLACED", "client_id": "v"}, 422),
        ({"verdict": "CORRECT", "client_id": "v", "judged_at": "0001-01-01T00:00:00+14:00"}, 400),
        ({"verdict": "CORRECT", "client_id": "v", "judged_at": "2026-11-01T00:00:00"}, 422),
    ):
        assert guide.post(f"guide/drop-offs/{other.pk}/verdicts", **body).status_code == status
    assert not Verification.objects.exists()


def test_a_code_finds_who_was_here_within_ten_minutes_and_tells_nothing_of_others(
    guide: Asker, bin_07: SmartBin, zhang: Household, li: Household, wang: Household
) -> None:
    just_now = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=minutes_ago(9))
    make_drop_off(smart_bin=bin_07, household=li, occurred_at=minutes_ago(11))
    address = f"guide/points/{bin_07.point_id}/look-ups"
    assert guide.post(address, code=zhang.code).json() == {"drop_off_id": just_now.pk}
    others = [guide.post(address, code=code) for code in (li.code, wang.code, "411003999999999", "\u202e", "'--")]
    assert {(answer.status_code, answer.content) for answer in others} == {(404, others[0].content)}


def test_a_spot_check_and_a_problem_are_recorded_once(guide: Asker, bin_07: SmartBin) -> None:
    checks = f"guide/points/{bin_07.point_id}/spot-checks"
    for _ in range(2):
        assert guide.post(checks, client_id="s", looked_at_count=10, wrong_count=2).status_code == 201
    assert SpotCheck.objects.get().wrong_count == 2
    assert guide.post(checks, client_id="s", looked_at_count=10, wrong_count=3).status_code == 409
    assert guide.post(checks, client_id="t", looked_at_count=1, wrong_count=2).status_code == 422
    problems = f"guide/points/{bin_07.point_id}/problems"
    reported = guide.post(problems, client_id="p", kind="OVERFLOW", note="厨余桶")
    assert guide.post(problems, client_id="p", kind="OVERFLOW", note="厨余桶").json() == reported.json()
    assert [each["kind"] for each in guide.get("guide/problems").json()["items"]] == ["OVERFLOW"]
    problem_id = reported.json()["problem_id"]
    closed = guide.post(f"guide/problems/{problem_id}/rectification", note="已清运")
    assert closed.json()["rectified_at"] == "2026-11-23T12:00:00+08:00"
    assert guide.post(f"guide/problems/{problem_id}/rectification").status_code == 409
    assert guide.post(problems, client_id="q", kind="OTHER").status_code == 422


def test_for_who_stands_there_a_card_or_a_pin_spends_and_a_code_alone_never(
    guide: Asker, chen: User, bin_07: SmartBin, zhang: Household, wang: Household, salt: Reward
) -> None:
    earn(households=[zhang, wang], smart_bin=bin_07, points=200, now=NOON)
    qr = issue_card(household=zhang, kind=CardKind.QR, number="0123456789abcdef0123456789abcdef", now=minutes_ago(9))

    def spend(identifier: str, **more: object) -> tuple[int, str]:
        key = f"{identifier}{more}"[:60]
        answer = guide.post("guide/redemptions", identifier=identifier, reward_id=salt.pk, idempotency_key=key, **more)
        return answer.status_code, answer.json().get("code", "")[:20]

    assert spend(zhang.code) == (422, "proof_missing")
    assert spend(qr.number) == (422, "proof_missing")
    assert spend("A0000003") == (404, "household_not_before")
    assert spend(zhang.code, pin="000000") == (422, "pin_wrong")
    assert not Redemption.objects.exists()
    assert spend("A0000001")[0] == 201
    pin = give_pin(household=zhang, by=chen, community_ids=[zhang.community_id], now=NOON)
    assert spend(zhang.code, pin=pin)[0] == 201
    assert [each.proof for each in Redemption.objects.order_by("pk")] == ["CARD", "PIN"]
    assert zhang.notices.filter(reference__endswith="/present").count() == 2


def test_the_moment_of_a_verdict_kept_on_a_phone_is_taken(guide: Asker, bin_07: SmartBin, zhang: Household) -> None:
    drop_off = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY))
    answer = guide.post(
        f"guide/drop-offs/{drop_off.pk}/verdicts",
        client_id="v",
        verdict="CORRECT",
        judged_at="2026-11-23T08:05:00+08:00",
    )
    assert (answer.status_code, answer.json()["verified_at"]) == (201, "2026-11-23T08:05:00+08:00")
