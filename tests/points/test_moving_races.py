"""Zhang's home changes while something else happens to it: the second waits, and hears how things stand by then.

Without the lock each of them meets another error or goes through; the sentences below then do not hold.
"""

import datetime as dt

import pytest
from django.db import transaction

from households.models import Community, Household, HouseholdChange
from households.services import HouseholdHasLeft
from households.services.registering import AddressTaken
from people.models import User
from points.audit import verify_ledger
from points.release import release_due
from points.services import cancel_redemption
from points.services.moving import follow_points, merge_with_points, move_with_points
from sorting.models import SmartBin
from tests.builders import at, make_drop_off
from tests.conftest import TODAY
from tests.points.test_moving import rich, room  # noqa: F401 - a fixture
from tests.rewards import make_reward, make_shop, redeem
from tests.worker.test_retry_faults import elsewhere
from tests.worker.test_tally import AFTER_CHECKING, balances
from worker.tally import drain

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WAITS_S = 0.3


def test_what_a_redemption_has_reserved_stays_behind_and_comes_after_when_it_is_given_up(
    rich: Household,  # noqa: F811
    west_park: Community,
    zhao: User,
    now: dt.datetime,
) -> None:
    salt = make_reward(shops=[make_shop()], by=zhao, points=30)
    with elsewhere() as pool:
        with transaction.atomic():
            redemption = redeem(household=rich, reward=salt, key="k1", now=now)
            moving = pool.submit(move_with_points, household=rich, to=room(west_park), by=zhao, reason="搬家", now=now)
            with pytest.raises(TimeoutError):
                moving.result(timeout=WAITS_S)
        home = moving.result(timeout=30).successor
    assert (balances(rich), balances(home)) == ((0, 0), (0, 20))
    cancel_redemption(household=rich, redemption_id=redemption.pk, now=now)
    assert follow_points(now=now) == 30
    assert (balances(rich), balances(home)) == ((0, 0), (0, 50))
    assert verify_ledger().faults == []


def test_who_redeems_while_the_home_moves_hears_that_it_has_left(
    rich: Household,  # noqa: F811
    west_park: Community,
    zhao: User,
    now: dt.datetime,
) -> None:
    salt = make_reward(shops=[make_shop()], by=zhao, points=30)
    with elsewhere() as pool:
        with transaction.atomic():
            move_with_points(household=rich, to=room(west_park), by=zhao, reason="搬家", now=now)
            redeeming = pool.submit(redeem, household=rich, reward=salt, key="k1", now=now)
            with pytest.raises(TimeoutError):
                redeeming.result(timeout=WAITS_S)
        with pytest.raises(HouseholdHasLeft):
            redeeming.result(timeout=30)
    assert balances(rich) == (0, 0)
    assert verify_ledger().faults == []


def test_two_chores_at_once_carry_what_was_pending_once(
    zhang: Household, bin_07: SmartBin, west_park: Community, zhao: User, now: dt.datetime
) -> None:
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY), is_tallied=False)
    drain(now=now)
    home = move_with_points(household=zhang, to=room(west_park), by=zhao, reason="搬家", now=now).successor
    later = now + AFTER_CHECKING
    release_due(now=later)
    with elsewhere() as pool:
        with transaction.atomic():
            assert follow_points(now=later) == 10
            other = pool.submit(follow_points, now=later)
            with pytest.raises(TimeoutError):
                other.result(timeout=WAITS_S)
        assert other.result(timeout=30) == 0
    assert (balances(zhang), balances(home)) == ((0, 0), (0, 10))
    assert verify_ledger().faults == []


def test_two_homes_that_join_each_other_at_once_do_not_both_end(
    zhang: Household, li: Household, zhao: User, now: dt.datetime
) -> None:
    with elsewhere() as pool:
        with transaction.atomic():
            merge_with_points(household=zhang, into=li, by=zhao, reason="结婚", now=now)
            other = pool.submit(merge_with_points, household=li, into=zhang, by=zhao, reason="结婚", now=now)
            with pytest.raises(TimeoutError):
                other.result(timeout=WAITS_S)
        with pytest.raises(HouseholdHasLeft):
            other.result(timeout=30)
    li.refresh_from_db()
    assert (li.left_on, HouseholdChange.objects.count()) == (None, 1)


def test_zhang_and_li_who_move_to_one_address_at_once_do_not_both_get_it(
    zhang: Household, li: Household, west_park: Community, zhao: User, now: dt.datetime
) -> None:
    with elsewhere() as pool:
        with transaction.atomic():
            move_with_points(household=zhang, to=room(west_park), by=zhao, reason="搬家", now=now)
            other = pool.submit(move_with_points, household=li, to=room(west_park), by=zhao, reason="搬家", now=now)
            with pytest.raises(TimeoutError):
                other.result(timeout=WAITS_S)
        with pytest.raises(AddressTaken):
            other.result(timeout=30)
    assert Household.objects.filter(community=west_park, room="909").count() == 1
