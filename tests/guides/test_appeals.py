"""Zhang appeals against Chen's verdict; guide Sun answers, officer Zhao the second time; deadlines are kept."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from guides.models import Appeal, AppealOutcome, GuideAssignment
from guides.queries.appeals import appeals_for_guide
from guides.services.appeals import (
    AnswerIncomplete,
    AppealAnswered,
    AppealExists,
    AppealInvalid,
    AppealTargetUnknown,
    AppealTooLate,
    NotYourAppeal,
    answer_appeal,
    escalate_overdue,
    open_appeal,
)
from households.models import Community, Household, Member, Notice
from people.models import Role, RoleGrant, ScopeKind, User
from points.audit import verify_ledger
from points.models import PointCorrection
from sorting.models import DropOff, SmartBin, Verdict, Verification, VerificationSource
from sorting.services.verdicts import verify_drop_off
from tests.builders import at, make_drop_off
from tests.conftest import TODAY
from tests.pages.my.conftest import make_resident
from tests.worker.test_tally import balances
from worker.tally import drain

pytestmark = pytest.mark.django_db
DAYS = dt.timedelta(days=1)


@pytest.fixture
def sun(east_lake: Community) -> User:
    """Guide Sun, Chen's colleague in 东湖花园."""
    user = User.objects.create_user(username="sun", password="sun-password-1", display_name="孙督导")
    since = dt.date(2026, 1, 1)
    RoleGrant.objects.create(
        user=user, role=Role.GUIDE, scope_kind=ScopeKind.COMMUNITY, scope_id=east_lake.pk, starts_on=since
    )
    GuideAssignment.objects.create(guide=user, community=east_lake, starts_on=since)
    return user


@pytest.fixture
def grandma(zhang: Household, now: dt.datetime) -> User:
    """Mrs Zhang."""
    return make_resident(household=zhang, name="张奶奶", phone="13800000001", now=now)


@pytest.fixture
def bag(zhang: Household, bin_07: SmartBin, chen: User, now: dt.datetime) -> DropOff:
    """Zhang's bag of this morning, which Chen called 混投: no points."""
    drop_off = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY), is_tallied=False)
    verify_drop_off(
        drop_off=drop_off,
        verdict=Verdict.CONTAMINATED,
        guide=chen,
        now=now,
        source=VerificationSource.FREE,
        client_id="v-1",
    )
    drain(now=now + dt.timedelta(minutes=2))
    return drop_off


def appeal(*, bag: DropOff, zhang: Household, by: User, now: dt.datetime, **other: Any) -> Appeal:
    """Zhang says the category is wrong."""
    said: dict[str, Any] = {"subject": "CATEGORY", "words": "袋里只有菜叶"} | other
    return open_appeal(household=zhang, drop_off_id=bag.pk, by=by, now=now, **said)


def test_sun_upholds_it_the_verdict_is_withdrawn_and_the_day_settled_again(
    bag: DropOff, zhang: Household, grandma: User, sun: User, now: dt.datetime
) -> None:
    assert balances(zhang) == (0, 0)
    opened = appeal(bag=bag, zhang=zhang, by=grandma, now=now + DAYS)
    answered = answer_appeal(appeal_id=opened.pk, is_upheld=True, answer="照片清楚", by=sun, now=now + DAYS)
    assert answered.outcome == AppealOutcome.UPHELD
    assert Verification.objects.latest("pk").verdict == Verdict.WITHDRAWN
    drain(now=now + DAYS)
    assert sum(balances(zhang)) == 10
    assert "申诉成立。照片清楚" in Notice.objects.get(reference=f"appeal/{opened.pk}").text
    assert verify_ledger().faults == []
    with pytest.raises(AppealAnswered):
        answer_appeal(appeal_id=opened.pk, is_upheld=False, answer="再想想", by=sun, now=now + DAYS)
    with pytest.raises(AppealExists):
        appeal(bag=bag, zhang=zhang, by=grandma, now=now + DAYS)


def test_a_wrong_weight_is_put_right_by_a_correction_that_a_second_person_approves(
    zhang: Household, bin_07: SmartBin, grandma: User, sun: User, now: dt.datetime
) -> None:
    paper = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY), category="RECYCLABLE")
    opened = appeal(bag=paper, zhang=zhang, by=grandma, now=now, subject="WEIGHT")
    for points in (0, 501, -1):
        with pytest.raises(AnswerIncomplete):
            answer_appeal(appeal_id=opened.pk, is_upheld=True, answer="秤坏了", points=points, by=sun, now=now)
    with pytest.raises(AnswerIncomplete):
        answer_appeal(appeal_id=opened.pk, is_upheld=False, answer=" ", by=sun, now=now)
    answer_appeal(appeal_id=opened.pk, is_upheld=True, answer="秤坏了", points=40, by=sun, now=now)
    proposed = PointCorrection.objects.get()
    assert (proposed.household, proposed.points, proposed.proposed_by, proposed.state) == (zhang, 40, sun, "PROPOSED")
    assert balances(zhang) == (0, 0)


def test_chen_who_judged_it_and_a_guide_of_that_home_do_not_answer_and_do_not_see_it(
    bag: DropOff, zhang: Household, grandma: User, chen: User, sun: User, zhao: User, now: dt.datetime
) -> None:
    opened = appeal(bag=bag, zhang=zhang, by=grandma, now=now)
    seen: dict[str, Any] = {"community_ids": {zhang.community_id}}
    assert list(appeals_for_guide(guide=sun, **seen)) == [opened]
    Member.objects.create(household=zhang, user=sun, name="孙", joined_at=now - DAYS)
    for guide in (chen, sun):
        assert not appeals_for_guide(guide=guide, **seen).exists()
        with pytest.raises(NotYourAppeal):
            answer_appeal(appeal_id=opened.pk, is_upheld=False, answer="维持", by=guide, now=now)
    with pytest.raises(AppealTargetUnknown):  # not the officer's turn
        answer_appeal(appeal_id=opened.pk, is_upheld=False, answer="维持", by=zhao, now=now)
    with pytest.raises(AppealTargetUnknown):
        answer_appeal(appeal_id=opened.pk, is_upheld=False, answer="维持", by=grandma, now=now)


def test_the_second_time_zhao_decides_for_good(
    bag: DropOff, zhang: Household, grandma: User, sun: User, zhao: User, now: dt.datetime
) -> None:
    first = appeal(bag=bag, zhang=zhang, by=grandma, now=now)
    answer_appeal(appeal_id=first.pk, is_upheld=False, answer="有塑料袋", by=sun, now=now)
    second = appeal(bag=bag, zhang=zhang, by=grandma, now=now + 15 * DAYS)
    assert second.level == 2
    with pytest.raises(AppealTargetUnknown):  # not a guide's turn
        answer_appeal(appeal_id=second.pk, is_upheld=True, answer="改判", by=sun, now=now + 15 * DAYS)
    answer_appeal(appeal_id=second.pk, is_upheld=False, answer="维持", by=zhao, now=now + 16 * DAYS)
    with pytest.raises(AppealExists):
        appeal(bag=bag, zhang=zhang, by=grandma, now=now + 17 * DAYS)


def test_sun_who_is_an_officer_by_now_does_not_decide_what_sun_answered(
    bag: DropOff, zhang: Household, grandma: User, sun: User, now: dt.datetime
) -> None:
    first = appeal(bag=bag, zhang=zhang, by=grandma, now=now)
    answer_appeal(appeal_id=first.pk, is_upheld=False, answer="有塑料袋", by=sun, now=now)
    RoleGrant.objects.create(user=sun, role=Role.OFFICER, scope_kind=ScopeKind.DISTRICT, starts_on=TODAY)
    second = appeal(bag=bag, zhang=zhang, by=grandma, now=now)
    with pytest.raises(NotYourAppeal):
        answer_appeal(appeal_id=second.pk, is_upheld=False, answer="维持", by=sun, now=now)


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"level": 3}, "appeal_level_known"),
        ({"subject": "COLOUR"}, "appeal_subject_known"),
        ({"due_at": at(on=TODAY, hour=6)}, "appeal_due_after_opened"),
        ({"outcome": "UPHELD"}, "appeal_answered_whole"),
        ({"answer": "好"}, "appeal_answered_whole"),
    ],
)
def test_the_database_keeps_no_appeal_that_cannot_be(
    bag: DropOff, zhang: Household, grandma: User, now: dt.datetime, wrong: dict[str, Any], constraint: str
) -> None:
    opened = appeal(bag=bag, zhang=zhang, by=grandma, now=now)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Appeal.objects.filter(pk=opened.pk).update(**wrong)


@pytest.mark.parametrize("gone", [{"answered_at": None}, {"answered_by": None}, {"answer": ""}])
def test_the_database_keeps_no_answer_of_suns_without_its_time_its_author_or_its_words(
    bag: DropOff, zhang: Household, grandma: User, sun: User, now: dt.datetime, gone: dict[str, Any]
) -> None:
    opened = appeal(bag=bag, zhang=zhang, by=grandma, now=now)
    answer_appeal(appeal_id=opened.pk, is_upheld=False, answer="有塑料袋", by=sun, now=now)
    with pytest.raises(IntegrityError, match="appeal_answered_whole"), transaction.atomic():
        Appeal.objects.filter(pk=opened.pk).update(**gone)


def test_what_no_guide_answers_in_three_days_is_zhaos_and_final(
    bag: DropOff, zhang: Household, grandma: User, sun: User, zhao: User, now: dt.datetime
) -> None:
    opened = appeal(bag=bag, zhang=zhang, by=grandma, now=now)
    assert escalate_overdue(now=now + 2 * DAYS) == 0
    late = now + 3 * DAYS
    assert (escalate_overdue(now=late), escalate_overdue(now=late)) == (1, 0)
    with pytest.raises(AppealTargetUnknown):
        answer_appeal(appeal_id=opened.pk, is_upheld=False, answer="维持", by=sun, now=late)
    answer_appeal(appeal_id=opened.pk, is_upheld=False, answer="维持", by=zhao, now=late)
    with pytest.raises(AppealExists):
        appeal(bag=bag, zhang=zhang, by=grandma, now=late)


def test_li_cannot_appeal_for_zhang_nor_zhang_after_fifteen_days_nor_without_a_subject_nor_twice(
    bag: DropOff, zhang: Household, li: Household, grandma: User, now: dt.datetime
) -> None:
    with pytest.raises(AppealTargetUnknown):
        appeal(bag=bag, zhang=li, by=grandma, now=now)
    with pytest.raises(AppealTooLate):
        appeal(bag=bag, zhang=zhang, by=grandma, now=bag.batch.received_at + 15 * DAYS + dt.timedelta(seconds=1))
    with pytest.raises(AppealInvalid):
        appeal(bag=bag, zhang=zhang, by=grandma, now=now, subject="")
    first = appeal(bag=bag, zhang=zhang, by=grandma, now=bag.batch.received_at + 15 * DAYS)
    with pytest.raises(AppealExists):
        appeal(bag=bag, zhang=zhang, by=grandma, now=now)
    with pytest.raises(IntegrityError, match="appeal"), transaction.atomic():
        Appeal.objects.create(
            drop_off=bag,
            household=zhang,
            level=1,
            subject="WEIGHT",
            opened_by=grandma,
            opened_at=now,
            due_at=now + DAYS,
        )
    with pytest.raises(IntegrityError, match="appeal_answered_whole"), transaction.atomic():
        Appeal.objects.filter(pk=first.pk).update(outcome="REJECTED")


def test_the_screens_carry_it_from_the_record_to_the_answer(
    zhang: Household, bin_07: SmartBin, grandma: User, sun: User, zhao: User, client: Client
) -> None:
    now = timezone.now()
    bag = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now - dt.timedelta(minutes=1))
    client.force_login(grandma)
    assert f"/my/drop-offs/{bag.pk}/appeal" in client.get("/my/records").text
    assert "哪里不对" in client.get(f"/my/drop-offs/{bag.pk}/appeal").text
    client.post(f"/my/drop-offs/{bag.pk}/appeal", {"subject": "WEIGHT", "words": "两公斤"})
    opened = Appeal.objects.get()
    assert "处理中" in client.get("/my/appeals").text
    client.force_login(sun)
    assert "重量不对" in client.get("/guide/appeals/").text
    assert "两公斤" in client.get(f"/guide/appeals/{opened.pk}").text
    client.post(f"/guide/appeals/{opened.pk}", {"decision": "reject", "answer": "秤是好的"})
    client.force_login(grandma)
    assert "秤是好的" in client.get("/my/appeals").text
    client.post(f"/my/drop-offs/{bag.pk}/appeal", {"subject": "WEIGHT"})
    client.force_login(zhao)
    second = Appeal.objects.get(level=2)
    assert "第二次" in client.get("/bureau/appeals/").text
    client.post(f"/bureau/appeals/{second.pk}", {"decision": "uphold", "answer": "秤坏了", "points": "20"})
    second.refresh_from_db()
    assert (second.outcome, PointCorrection.objects.get().points) == ("UPHELD", 20)
    assert "申诉成立" in client.get(f"/bureau/appeals/{second.pk}").text
