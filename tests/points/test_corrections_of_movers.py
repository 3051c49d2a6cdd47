"""Zhang's points are put right after Zhang has moved or joined Li: they are given and taken where the people are."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client
from django.urls import reverse

from households.models import ChangeKind, Community, Household, HouseholdChange, Member, Notice
from households.queries import HomesInACircle, home_now
from people.models import User
from points.audit import verify_ledger
from points.models import Flag, Transfer
from points.release import release_due
from points.services.corrections import CorrectionOfOwnHousehold, decide_correction, propose_correction
from points.services.flags import FlagOfOneself, decide_flag
from points.services.moving import follow_points, merge_with_points, move_with_points
from sorting.models import SmartBin
from tests.builders import at, make_drop_off
from tests.conftest import TODAY
from tests.points.flags.test_judging import make_flag, uphold
from tests.points.test_corrections import correct
from tests.points.test_moving import room
from tests.worker.test_retry_faults import elsewhere
from tests.worker.test_tally import AFTER_CHECKING, balances
from worker.tally import drain


@pytest.fixture
def new_home(
    zhang: Household,
    li: Household,  # registered before the new home is
    west_park: Community,
    zhao: User,
    qian: User,
    now: dt.datetime,
) -> Household:
    """Zhang held 50 points and has moved to the west park."""
    correct(household=zhang, points=50, by=(zhao, qian), now=now)
    return move_with_points(household=zhang, to=room(west_park), by=zhao, reason="搬家", now=now).successor


def circle(*, zhang: Household, li: Household, by: User, now: dt.datetime) -> None:
    """Each says that its people are at the other's; no service writes this."""
    for household, successor in ((zhang, li), (li, zhang)):
        HouseholdChange.objects.create(
            household=household, kind=ChangeKind.MERGED, successor=successor, reason="错", decided_by=by, at=now
        )


@pytest.mark.django_db
def test_what_the_old_home_did_is_taken_where_its_points_went(
    new_home: Household, zhang: Household, zhao: User, qian: User, now: dt.datetime
) -> None:
    taken = correct(household=zhang, points=-20, by=(zhao, qian), now=now)
    assert (taken.household, taken.moved_points) == (new_home, -20)
    given = correct(household=zhang, points=5, by=(zhao, qian), now=now)
    assert (given.household, balances(zhang), balances(new_home)) == (new_home, (0, 0), (0, 35))
    told = Notice.objects.filter(reference=f"correction/{taken.pk}").get()
    assert told.household == new_home
    assert verify_ledger().faults == []


@pytest.mark.django_db
def test_zhang_who_moves_on_before_qian_approves_takes_the_correction_along(
    new_home: Household, zhang: Household, li: Household, zhao: User, qian: User, now: dt.datetime
) -> None:
    proposed = propose_correction(household=zhang, points=-20, reason="重复计分", officer=zhao, now=now)
    refused = propose_correction(household=zhang, points=-1, reason="重复计分", officer=zhao, now=now)
    merge_with_points(household=new_home, into=li, by=zhao, reason="结婚", now=now)
    decided = decide_correction(correction=proposed, is_approved=True, officer=qian, now=now)
    assert (decided.household, decided.moved_points) == (li, -20)
    decide_correction(correction=refused, is_approved=False, officer=qian, now=now)
    assert (balances(new_home), balances(li)) == ((0, 0), (0, 30))
    assert verify_ledger().faults == []


@pytest.mark.django_db
def test_zhangs_flag_takes_from_the_new_home_and_the_audit_follows_it_there(
    new_home: Household, zhang: Household, li: Household, zhao: User, qian: User, now: dt.datetime
) -> None:
    flag = make_flag(household=zhang, now=now)
    proposed = uphold(flag=flag, officer=zhao, now=now, points=20)
    assert proposed is not None
    decide_correction(correction=proposed, is_approved=True, officer=qian, now=now)
    assert (proposed.household, balances(new_home)) == (new_home, (0, 30))
    assert verify_ledger().faults == []
    of_li = propose_correction(household=li, points=-5, reason="补扣", officer=zhao, now=now)
    Flag.objects.filter(pk=flag.pk).update(correction=of_li)
    assert {(fault.kind, fault.row) for fault in verify_ledger().faults} == {
        ("flag_not_its_correction", f"flag {flag.pk}")
    }


@pytest.mark.django_db
def test_qian_who_lives_with_zhang_now_neither_judges_nor_corrects_the_old_home(
    new_home: Household, zhang: Household, zhao: User, qian: User, now: dt.datetime
) -> None:
    proposed = propose_correction(household=zhang, points=20, reason="补记", officer=zhao, now=now)
    Member.objects.create(household=new_home, user=qian, name="钱", joined_at=now)
    with pytest.raises(CorrectionOfOwnHousehold):
        propose_correction(household=zhang, points=5, reason="补记", officer=qian, now=now)
    with pytest.raises(CorrectionOfOwnHousehold):
        decide_correction(correction=proposed, is_approved=True, officer=qian, now=now)
    with pytest.raises(FlagOfOneself):
        decide_flag(
            flag=make_flag(household=zhang, now=now),
            is_confirmed=False,
            reason="误会",
            points_taken=0,
            officer=qian,
            now=now,
        )


@pytest.mark.django_db
def test_zhao_who_types_the_old_code_reads_where_the_correction_went(
    client: Client, new_home: Household, zhang: Household, zhao: User
) -> None:
    zhao.is_staff = True
    zhao.save()
    zhao.user_permissions.set(Permission.objects.filter(codename__endswith="_pointcorrection"))
    client.force_login(zhao)
    typed = {"household_code": zhang.code, "points": "-20", "reason": "重复计分"}
    page = client.post(reverse("admin:points_pointcorrection_add"), typed, follow=True).content.decode()
    assert f"户码 {zhang.code} 已搬走或并入另一户,这笔更正记在户码 {new_home.code}" in page


@pytest.mark.django_db
def test_two_homes_that_name_each_other_are_refused_in_words(
    zhang: Household, li: Household, zhao: User, qian: User, now: dt.datetime
) -> None:
    proposed = propose_correction(household=zhang, points=5, reason="补记", officer=zhao, now=now)
    circle(zhang=zhang, li=li, by=zhao, now=now)
    with pytest.raises(HomesInACircle) as refused:
        home_now(household=zhang)
    assert f"户码 {zhang.code} 的变更记录首尾相连" in refused.value.text
    with pytest.raises(HomesInACircle):
        propose_correction(household=zhang, points=5, reason="补记", officer=zhao, now=now)
    with pytest.raises(HomesInACircle):
        decide_correction(correction=proposed, is_approved=True, officer=qian, now=now)
    assert not Transfer.objects.exists()


@pytest.mark.django_db
def test_zhang_and_li_in_a_circle_do_not_hold_up_what_follows_wang(
    zhang: Household,
    li: Household,
    wang: Household,
    bin_07: SmartBin,
    west_park: Community,
    zhao: User,
    qian: User,
    now: dt.datetime,
) -> None:
    correct(household=zhang, points=50, by=(zhao, qian), now=now)
    make_drop_off(smart_bin=bin_07, household=wang, occurred_at=at(on=TODAY), is_tallied=False)
    drain(now=now)
    circle(zhang=zhang, li=li, by=zhao, now=now)
    home = move_with_points(household=wang, to=room(west_park), by=zhao, reason="搬家", now=now).successor
    release_due(now=now + AFTER_CHECKING)
    with pytest.raises(HomesInACircle):
        follow_points(now=now + AFTER_CHECKING)
    assert [balances(each) for each in (zhang, wang, home)] == [(0, 50), (0, 0), (0, 10)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_correction_waits_for_the_move_that_is_under_way_and_follows_it(
    zhang: Household, west_park: Community, zhao: User, qian: User, now: dt.datetime
) -> None:
    correct(household=zhang, points=50, by=(zhao, qian), now=now)
    proposed = propose_correction(household=zhang, points=-20, reason="重复计分", officer=zhao, now=now)
    with elsewhere() as pool:
        with transaction.atomic():
            home = move_with_points(household=zhang, to=room(west_park), by=zhao, reason="搬家", now=now).successor
            deciding = pool.submit(decide_correction, correction=proposed, is_approved=True, officer=qian, now=now)
            with pytest.raises(TimeoutError):
                deciding.result(timeout=0.3)
        assert deciding.result(timeout=30).moved_points == -20
    assert (balances(zhang), balances(home)) == ((0, 0), (0, 30))
    assert verify_ledger().faults == []
