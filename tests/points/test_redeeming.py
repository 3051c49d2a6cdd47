"""A household redeems: stock and points go together, once for a key, within its limits; and come back together."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from households.models import Household
from households.services import HouseholdHasLeft
from people.models import User
from points.audit import verify_ledger
from points.expiry import expire_due
from points.ledger import InsufficientPoints
from points.models import (
    Redemption,
    RedemptionEvent,
    RedemptionStatus,
    Reward,
    Shop,
    StockMovement,
    StockMovementKind,
    TallyRun,
    Transfer,
)
from points.services import (
    IdempotencyConflict,
    IdempotencyKeyUnfit,
    QuantityOutOfRange,
    RedemptionUnknown,
    RewardLimitReached,
    RewardNotOffered,
    RewardSoldOut,
    StockMovementUnfit,
    StockTooLow,
    StockUnlimited,
    cancel_redemption,
    move_stock,
)
from sorting.models import SmartBin
from tests.builders import at
from tests.conftest import TODAY
from tests.emptying import emptying_allowed
from tests.rewards import earn, make_reward, make_shop, redeem
from tests.worker.test_tally import balances

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop()


@pytest.fixture
def salt(shop: Shop, zhao: User) -> Reward:
    """A bag of salt: 30 points, ten in stock."""
    return make_reward(shops=[shop], by=zhao)


@pytest.fixture
def zhang_with_100(zhang: Household, bin_07: SmartBin, now: dt.datetime) -> Household:
    earn(households=[zhang], smart_bin=bin_07, points=100, now=now)
    return zhang


def stock(reward: Reward) -> int | None:
    return Reward.objects.values_list("stock_count", flat=True).get(pk=reward.pk)


def test_zhang_redeems_two_bags_and_stock_and_points_go_together(
    zhang_with_100: Household, salt: Reward, now: dt.datetime
) -> None:
    redemption = redeem(household=zhang_with_100, reward=salt, key="k1", quantity=2, now=now)
    assert (redemption.status, redemption.points, stock(salt)) == (RedemptionStatus.RESERVED, 60, 8)
    assert balances(zhang_with_100) == (0, 40)
    assert redemption.expires_at == at(on=TODAY + dt.timedelta(days=8), hour=0)
    assert verify_ledger().faults == []


def test_the_same_key_again_gives_the_same_redemption_whatever_became_of_it(
    zhang_with_100: Household, salt: Reward, now: dt.datetime
) -> None:
    first = redeem(household=zhang_with_100, reward=salt, key="k1", now=now)
    Reward.objects.filter(pk=salt.pk).update(is_offered=False)
    assert redeem(household=zhang_with_100, reward=salt, key=" k1 ", now=now).pk == first.pk
    cancel_redemption(household=zhang_with_100, redemption_id=first.pk, now=now)
    assert redeem(household=zhang_with_100, reward=salt, key="k1", now=now).status == RedemptionStatus.CANCELLED
    assert Redemption.objects.count() == 1


def test_the_same_key_for_something_else_is_a_conflict_and_the_first_stands(
    zhang_with_100: Household, salt: Reward, shop: Shop, zhao: User, now: dt.datetime
) -> None:
    redeem(household=zhang_with_100, reward=salt, key="k1", now=now)
    soap = make_reward(shops=[shop], by=zhao, name="肥皂", points=10)
    with pytest.raises(IdempotencyConflict):
        redeem(household=zhang_with_100, reward=soap, key="k1", now=now)
    with pytest.raises(IdempotencyConflict):
        redeem(household=zhang_with_100, reward=salt, key="k1", quantity=2, now=now)
    assert (balances(zhang_with_100), stock(salt), stock(soap)) == ((0, 70), 9, 10)


def test_li_may_use_the_key_that_zhang_used(
    zhang: Household, li: Household, bin_07: SmartBin, salt: Reward, now: dt.datetime
) -> None:
    earn(households=[zhang, li], smart_bin=bin_07, points=30, now=now)
    keys = [redeem(household=household, reward=salt, key="k1", now=now).pk for household in (zhang, li)]
    assert len(set(keys)) == 2


def test_what_is_refused_changes_nothing(
    zhang_with_100: Household, salt: Reward, shop: Shop, zhao: User, now: dt.datetime
) -> None:
    dear = make_reward(shops=[shop], by=zhao, name="电饭煲", points=5_000)
    last = make_reward(shops=[shop], by=zhao, name="毛巾", points=10, stock=1)
    runs = TallyRun.objects.count()
    with pytest.raises(InsufficientPoints, match="还差 4900 分"):
        redeem(household=zhang_with_100, reward=dear, key="k1", now=now)
    with pytest.raises(RewardSoldOut, match="只剩 1 件"):
        redeem(household=zhang_with_100, reward=last, key="k2", quantity=2, now=now)
    for quantity in (0, -1, 21):
        with pytest.raises(QuantityOutOfRange):
            redeem(household=zhang_with_100, reward=salt, key="k3", quantity=quantity, now=now)
    for key in ("", " ", "k" * 65):
        with pytest.raises(IdempotencyKeyUnfit):
            redeem(household=zhang_with_100, reward=salt, key=key, now=now)
    assert (balances(zhang_with_100), stock(salt), stock(dear), stock(last)) == ((0, 100), 10, 10, 1)
    assert (Redemption.objects.count(), RedemptionEvent.objects.count(), TallyRun.objects.count()) == (0, 0, runs)


@pytest.mark.parametrize(
    "change", [{"is_offered": False}, {"starts_on": dt.date(2026, 11, 24)}, {"ends_on": dt.date(2026, 11, 22)}]
)
def test_what_is_not_on_offer_today_is_refused(
    zhang_with_100: Household, salt: Reward, now: dt.datetime, change: dict[str, object]
) -> None:
    Reward.objects.filter(pk=salt.pk).update(**change)
    with pytest.raises(RewardNotOffered):
        redeem(household=zhang_with_100, reward=salt, key="k1", now=now)


def test_a_reward_that_no_open_shop_hands_out_is_refused(
    zhang_with_100: Household, salt: Reward, now: dt.datetime
) -> None:
    Shop.objects.update(is_active=False)
    with pytest.raises(RewardNotOffered):
        redeem(household=zhang_with_100, reward=salt, key="k1", now=now)


def test_the_last_day_of_an_offer_counts(zhang_with_100: Household, salt: Reward, now: dt.datetime) -> None:
    Reward.objects.filter(pk=salt.pk).update(ends_on=TODAY)
    assert redeem(household=zhang_with_100, reward=salt, key="k1", now=now).points == 30


def test_two_bags_a_month_are_the_limit_and_what_was_cancelled_does_not_count(
    zhang_with_100: Household, shop: Shop, zhao: User, now: dt.datetime
) -> None:
    eggs = make_reward(shops=[shop], by=zhao, name="鸡蛋", points=10, household_limit=2)
    first = redeem(household=zhang_with_100, reward=eggs, key="k1", now=now)
    redeem(household=zhang_with_100, reward=eggs, key="k2", now=now)
    with pytest.raises(RewardLimitReached, match="每月每户限 2 件，您家已有 2 件"):
        redeem(household=zhang_with_100, reward=eggs, key="k3", now=now)
    cancel_redemption(household=zhang_with_100, redemption_id=first.pk, now=now)
    redeem(household=zhang_with_100, reward=eggs, key="k4", now=now)
    december = at(on=dt.date(2026, 12, 1), hour=0)
    redeem(household=zhang_with_100, reward=eggs, key="k5", quantity=2, now=december)
    with pytest.raises(RewardLimitReached):
        redeem(household=zhang_with_100, reward=eggs, key="k6", now=december)


def test_an_unlimited_reward_needs_no_stock(
    zhang_with_100: Household, shop: Shop, zhao: User, now: dt.datetime
) -> None:
    voucher = make_reward(shops=[shop], by=zhao, name="话费 1 元", points=50, stock=None)
    redemption = redeem(household=zhang_with_100, reward=voucher, key="k1", now=now)
    cancel_redemption(household=zhang_with_100, redemption_id=redemption.pk, now=now)
    assert (stock(voucher), balances(zhang_with_100)) == (None, (0, 100))
    with pytest.raises(StockUnlimited):
        move_stock(reward=voucher, kind=StockMovementKind.DELIVERY, quantity=1, reason="", by=zhao, now=now)


def test_who_has_left_redeems_no_more(zhang_with_100: Household, salt: Reward, now: dt.datetime) -> None:
    Household.objects.filter(pk=zhang_with_100.pk).update(left_on=TODAY)
    with pytest.raises(HouseholdHasLeft):
        redeem(household=zhang_with_100, reward=salt, key="k1", now=now)


def test_cancelling_gives_everything_back_and_twice_is_once(
    zhang_with_100: Household, salt: Reward, now: dt.datetime
) -> None:
    redemption = redeem(household=zhang_with_100, reward=salt, key="k1", now=now)
    for _ in range(2):
        cancelled = cancel_redemption(household=zhang_with_100, redemption_id=redemption.pk, now=now)
        assert cancelled.status == RedemptionStatus.CANCELLED
    assert (stock(salt), balances(zhang_with_100)) == (10, (0, 100))
    events = RedemptionEvent.objects.order_by("pk").values_list("status", flat=True)
    assert list(events) == [RedemptionStatus.RESERVED, RedemptionStatus.CANCELLED]
    assert verify_ledger().faults == []


def test_li_cannot_cancel_what_zhang_redeemed(
    zhang_with_100: Household, li: Household, salt: Reward, now: dt.datetime
) -> None:
    redemption = redeem(household=zhang_with_100, reward=salt, key="k1", now=now)
    with pytest.raises(RedemptionUnknown):
        cancel_redemption(household=li, redemption_id=redemption.pk, now=now)
    assert (stock(salt), balances(zhang_with_100)) == (9, (0, 70))


def test_points_whose_year_ended_meanwhile_come_back_and_expire_with_the_next_run(
    zhang_with_100: Household, salt: Reward
) -> None:
    silvester = at(on=dt.date(2027, 12, 31), hour=20)
    redemption = redeem(household=zhang_with_100, reward=salt, key="k1", now=silvester)
    new_year = at(on=dt.date(2028, 1, 1), hour=1)
    assert expire_due(now=new_year) == 70  # what was not spent
    cancel_redemption(household=zhang_with_100, redemption_id=redemption.pk, now=new_year)
    assert balances(zhang_with_100) == (0, 30)
    assert [expire_due(now=new_year), expire_due(now=new_year)] == [30, 0]
    assert balances(zhang_with_100) == (0, 0)
    assert verify_ledger().faults == []


def test_stock_goes_below_nothing_by_no_way(salt: Reward, zhao: User, now: dt.datetime) -> None:
    def correct(quantity: int, reason: str = "盘点") -> StockMovement:
        return move_stock(
            reward=salt, kind=StockMovementKind.CORRECTION, quantity=quantity, reason=reason, by=zhao, now=now
        )

    correct(-10)
    with pytest.raises(StockTooLow, match="库存只有 0 件"):
        correct(-1)
    for quantity, reason in ((0, "盘点"), (1, " "), (1_000_001, "盘点")):
        with pytest.raises(StockMovementUnfit):
            correct(quantity, reason)
    with pytest.raises(StockMovementUnfit):
        move_stock(reward=salt, kind=StockMovementKind.DELIVERY, quantity=-1, reason="", by=zhao, now=now)
    with pytest.raises(IntegrityError, match="reward_stock_never_negative"), transaction.atomic():
        Reward.objects.filter(pk=salt.pk).update(stock_count=-1)
    assert StockMovement.objects.count() == 2


@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["points_stockmovement", "points_redemptionevent"])
def test_the_database_refuses_to_change_what_was_written_down(
    zhang_with_100: Household, salt: Reward, now: dt.datetime, table: str, statement: str
) -> None:
    redeem(household=zhang_with_100, reward=salt, key="k1", now=now)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    with emptying_allowed(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table) + " WHERE 1 = 0")  # goes through once the trigger is gone


def test_the_transfers_name_the_redemption(zhang_with_100: Household, salt: Reward, now: dt.datetime) -> None:
    redemption = redeem(household=zhang_with_100, reward=salt, key="k1", now=now)
    cancel_redemption(household=zhang_with_100, redemption_id=redemption.pk, now=now)
    named = Transfer.objects.filter(reference__startswith=f"redemption/{redemption.pk}/").order_by("pk")
    assert list(named.values_list("reason", "points")) == [("REDEEM", 30), ("REFUND", 30)]
