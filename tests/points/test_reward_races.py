"""Fifty clients at once: one gets the last piece, no balance goes below zero, no limit is passed; and the controls."""

import datetime as dt
from collections import Counter

import pytest

from households.models import Community, Household
from people.models import User
from points import ledger
from points.audit import verify_ledger
from points.models import Account, AccountKind, Redemption, Reward, Shop
from points.services import cancel_redemption, collect_redemption, expire_redemptions_due, locks
from points.services.collecting import Counter as ShopCounter
from sorting.models import SmartBin
from tests.points.reward_races import CLIENTS, ROUNDS, make_households, race, without_constraint
from tests.rewards import make_reward, make_shop, make_shopkeeper, redeem

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
CONTROL_ROUNDS = 10  # one is enough on any day


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop()


@pytest.fixture
def homes(east_lake: Community, bin_07: SmartBin) -> list[Household]:
    """Fifty households with 500 points each."""
    return make_households(community=east_lake, smart_bin=bin_07, points=500)


def last_pieces(*, shop: Shop, by: User, rounds: int) -> list[Reward]:
    """For each round a reward of which one piece is left."""
    return [make_reward(shops=[shop], by=by, name=f"最后一件 {number}", points=1, stock=1) for number in range(rounds)]


def race_for_the_last(*, homes: list[Household], rewards: list[Reward], now: dt.datetime) -> list[Counter[str]]:
    def work(client: int, number: int) -> None:
        redeem(household=homes[client], reward=rewards[number], key=f"k{number}", now=now)

    return race(rounds=len(rewards), work=work)


def test_of_fifty_one_gets_the_last_piece(homes: list[Household], shop: Shop, zhao: User, now: dt.datetime) -> None:
    rewards = last_pieces(shop=shop, by=zhao, rounds=ROUNDS)
    outcomes = race_for_the_last(homes=homes, rewards=rewards, now=now)
    assert outcomes == [Counter({"done": 1, "reward_sold_out": CLIENTS - 1})] * ROUNDS
    assert set(Reward.objects.values_list("stock_count", flat=True)) == {0}
    assert Redemption.objects.count() == ROUNDS
    assert verify_ledger().faults == []


def test_without_the_lock_on_stock_the_losers_are_not_told_that_it_is_gone(
    homes: list[Household], shop: Shop, zhao: User, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the constraint alone keeps the piece from being sold twice, as a database error."""
    monkeypatch.setattr(locks, "lock_reward", lambda *, reward_id: Reward.objects.get(pk=reward_id))
    for reward in last_pieces(shop=shop, by=zhao, rounds=CONTROL_ROUNDS):
        outcomes = race_for_the_last(homes=homes, rewards=[reward], now=now)[0]
        assert outcomes["done"] == 1
        if outcomes["IntegrityError"]:
            return
    pytest.fail("raced without the lock and nobody met the constraint: the test above proves nothing")


def test_without_lock_and_constraint_the_last_piece_is_sold_twice(
    homes: list[Household], shop: Shop, zhao: User, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of both."""
    monkeypatch.setattr(locks, "lock_reward", lambda *, reward_id: Reward.objects.get(pk=reward_id))
    with without_constraint(table="points_reward", name="reward_stock_never_negative", column="stock_count"):
        for reward in last_pieces(shop=shop, by=zhao, rounds=CONTROL_ROUNDS):
            outcomes = race_for_the_last(homes=homes, rewards=[reward], now=now)[0]
            if outcomes["done"] > 1:
                reward.refresh_from_db()
                assert reward.stock_count == 1 - outcomes["done"]
                return
    pytest.fail("raced without lock and constraint and sold nothing twice: the test above proves nothing")


def drain(*, home: Household, reward: Reward, rounds: int, now: dt.datetime) -> Counter[str]:
    """Fifty phones of one household, each with keys of its own."""

    def work(client: int, number: int) -> None:
        redeem(household=home, reward=reward, key=f"{client}/{number}", now=now)

    return sum(race(rounds=rounds, work=work), Counter())


def test_fifty_phones_drain_one_balance_to_zero_and_no_further(
    homes: list[Household], shop: Shop, zhao: User, now: dt.datetime
) -> None:
    voucher = make_reward(shops=[shop], by=zhao, points=30, stock=None)
    total = drain(home=homes[0], reward=voucher, rounds=1, now=now)
    assert total == Counter({"done": 16, "insufficient_points": CLIENTS - 16})
    assert Account.objects.get(household=homes[0], kind=AccountKind.AVAILABLE).balance_points == 20
    assert verify_ledger().faults == []


def test_without_the_lock_on_the_account_the_others_are_not_told_that_points_are_gone(
    homes: list[Household], shop: Shop, zhao: User, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the constraint alone keeps the balance from going below zero."""
    monkeypatch.setattr(ledger, "lock_accounts_of", lambda *, household_ids_sql: None)
    voucher = make_reward(shops=[shop], by=zhao, points=30, stock=None)
    assert drain(home=homes[0], reward=voucher, rounds=1, now=now)["IntegrityError"] > 0


def test_without_lock_and_constraint_a_balance_goes_below_zero(
    homes: list[Household], shop: Shop, zhao: User, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of both."""
    monkeypatch.setattr(ledger, "lock_accounts_of", lambda *, household_ids_sql: None)
    voucher = make_reward(shops=[shop], by=zhao, points=30, stock=None)
    with without_constraint(table="points_account", name="account_balance_never_negative", column="balance_points"):
        assert drain(home=homes[0], reward=voucher, rounds=1, now=now)["done"] > 16
        assert Account.objects.filter(balance_points__lt=0).exists()


def test_fifty_taps_with_one_key_are_one_redemption(
    homes: list[Household], shop: Shop, zhao: User, now: dt.datetime
) -> None:
    salt = make_reward(shops=[shop], by=zhao, points=30, stock=10)
    made: list[int] = []

    def work(client: int, number: int) -> None:
        made.append(redeem(household=homes[0], reward=salt, key="k1", now=now).pk)

    assert race(rounds=1, work=work) == [Counter({"done": CLIENTS})]
    assert len(set(made)) == Redemption.objects.count() == 1


def limited_race(*, home: Household, reward: Reward, now: dt.datetime) -> Counter[str]:
    def work(client: int, number: int) -> None:
        redeem(household=home, reward=reward, key=f"{client}", now=now)

    return race(rounds=1, work=work)[0]


def test_two_a_month_are_two_though_fifty_phones_ask(
    homes: list[Household], shop: Shop, zhao: User, now: dt.datetime
) -> None:
    eggs = make_reward(shops=[shop], by=zhao, points=1, stock=None, household_limit=2)
    outcomes = limited_race(home=homes[0], reward=eggs, now=now)
    assert outcomes == Counter({"done": 2, "reward_limit_reached": CLIENTS - 2})


def test_without_the_lock_on_the_account_a_household_gets_more_than_its_limit(
    homes: list[Household], shop: Shop, zhao: User, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    monkeypatch.setattr(ledger, "lock_accounts_of", lambda *, household_ids_sql: None)
    eggs = make_reward(shops=[shop], by=zhao, points=1, stock=None, household_limit=2)
    assert limited_race(home=homes[0], reward=eggs, now=now)["done"] > 2


def test_collected_cancelled_and_expired_at_once_it_ends_in_one_of_them(
    homes: list[Household], shop: Shop, zhao: User, now: dt.datetime
) -> None:
    salt = make_reward(shops=[shop], by=zhao, points=1, stock=CLIENTS)
    counter = ShopCounter(shop=shop, by=make_shopkeeper(shop=shop))
    made = [redeem(household=home, reward=salt, key="k1", now=now) for home in homes[: 4 * ROUNDS]]

    def work(client: int, number: int) -> None:
        each = made[number]
        if client == 0:
            expire_redemptions_due(now=made[0].expires_at)
        elif client % 2:
            collect_redemption(code=each.code, counter=counter, now=now)
        else:
            cancel_redemption(household=each.household, redemption_id=each.pk, now=now)

    outcomes = race(rounds=len(made), work=work, clients=9)
    allowed = {"done", "redemption_collected", "redemption_cancelled", "redemption_expired"}
    assert set().union(*outcomes) <= allowed
    assert not Redemption.objects.filter(status="RESERVED").exists()
    assert verify_ledger().faults == []
