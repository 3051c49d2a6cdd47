"""What nobody collects in time goes back by itself, points and stock; and the audit sees what does not add up."""

import datetime as dt

import pytest
from django.db import connection, transaction

from households.models import Household, Notice
from people.models import User
from points.audit import verify_ledger
from points.ledger import Line, post
from points.models import (
    AccountKind,
    Reason,
    Redemption,
    RedemptionEvent,
    RedemptionStatus,
    Reward,
    RunKind,
    Shop,
    TallyRun,
)
from points.services import Counter, RedemptionExpired, cancel_redemption, collect_redemption, expire_redemptions_due
from sorting.models import SmartBin
from tests.emptying import emptying_allowed
from tests.rewards import earn, make_reward, make_shop, make_shopkeeper, redeem
from tests.worker.test_tally import balances

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop()


@pytest.fixture
def salt(shop: Shop, zhao: User) -> Reward:
    return make_reward(shops=[shop], by=zhao)


@pytest.fixture
def four(
    zhang: Household, li: Household, bin_07: SmartBin, salt: Reward, shop: Shop, zhao: User, now: dt.datetime
) -> list[Redemption]:
    """Zhang's two and Li's two: the first of each is left lying; Zhang's second is cancelled, Li's second collected."""
    earn(households=[zhang, li], smart_bin=bin_07, points=100, now=now)
    tea = make_reward(shops=[shop], by=zhao, name="茶叶", points=10, stock=None)
    made = [
        redeem(household=household, reward=reward, key=reward.name, quantity=2, now=now)
        for household in (zhang, li)
        for reward in (salt, tea)
    ]
    cancel_redemption(household=zhang, redemption_id=made[1].pk, now=now)
    collect_redemption(code=made[3].code, counter=Counter(shop=shop, by=make_shopkeeper(shop=shop)), now=now)
    return made


def kinds() -> set[str]:
    """The kinds of fault that are found now."""
    return {fault.kind for fault in verify_ledger().faults}


def test_what_was_not_collected_goes_back_when_its_time_is_over_and_not_before(
    four: list[Redemption], zhang: Household, li: Household, salt: Reward
) -> None:
    ends_at = four[0].expires_at
    assert expire_redemptions_due(now=ends_at - dt.timedelta(microseconds=1)) == 0
    assert [expire_redemptions_due(now=ends_at), expire_redemptions_due(now=ends_at)] == [2, 0]
    statuses = list(Redemption.objects.order_by("pk").values_list("status", flat=True))
    assert statuses == ["EXPIRED", "CANCELLED", "EXPIRED", "COLLECTED"]
    salt.refresh_from_db()
    assert (salt.stock_count, balances(zhang), balances(li)) == (10, (0, 100), (0, 80))
    assert Notice.objects.get(household=zhang).text == "食盐 400 克 过了领取期限,60 分已在12月1日退回。"
    events = RedemptionEvent.objects.filter(redemption=four[0]).order_by("pk")
    assert list(events.values_list("status", "at")) == [("RESERVED", four[0].reserved_at), ("EXPIRED", ends_at)]
    assert not events.filter(by__isnull=False).exists()
    assert verify_ledger().faults == []


def test_many_are_closed_in_short_transactions(four: list[Redemption], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("points.services.expiring.REDEMPTIONS_A_RUN_MAX", 1)
    runs = TallyRun.objects.count()
    assert expire_redemptions_due(now=four[0].expires_at) == 2
    assert TallyRun.objects.count() == runs + 2
    assert verify_ledger().faults == []


def test_an_expired_one_is_not_cancelled(four: list[Redemption], zhang: Household) -> None:
    expire_redemptions_due(now=four[0].expires_at)
    with pytest.raises(RedemptionExpired):
        cancel_redemption(household=zhang, redemption_id=four[0].pk, now=four[0].expires_at)


def test_the_audit_finds_the_four_whole(four: list[Redemption]) -> None:
    assert verify_ledger().faults == []


def test_the_audit_names_a_wrong_stock(four: list[Redemption], salt: Reward) -> None:
    Reward.objects.filter(pk=salt.pk).update(stock_count=7)
    faults = verify_ledger().faults
    assert [(fault.kind, fault.row) for fault in faults] == [("stock_wrong", f"reward {salt.pk}")]


def test_the_audit_names_a_redemption_that_was_closed_by_hand(four: list[Redemption]) -> None:
    for pk, status in ((four[0].pk, RedemptionStatus.CANCELLED), (four[1].pk, RedemptionStatus.EXPIRED)):
        with transaction.atomic():
            Redemption.objects.filter(pk=pk).update(status=status, closed_at=four[0].reserved_at)
            assert f"redemption {pk}" in {fault.row for fault in verify_ledger().faults}
            transaction.set_rollback(True)


def test_the_audit_names_points_that_were_altered_or_given_to_another_household(
    four: list[Redemption], wang: Household
) -> None:
    for change in ({"points": 59}, {"household": wang.pk}, {"quantity": 3}):
        with transaction.atomic():
            Redemption.objects.filter(pk=four[0].pk).update(**change)
            assert kinds() & {"redemption_transfers_wrong", "stock_wrong"}, change
            transaction.set_rollback(True)


def test_the_audit_names_points_that_were_spent_beside_the_redemptions(
    four: list[Redemption], zhang: Household
) -> None:
    line = Line(
        household_id=zhang.pk,
        debit=AccountKind.AVAILABLE,
        credit=AccountKind.REDEEMED,
        points=1,
        reason=Reason.REDEEM,
        reference="by hand",
    )
    post(lines=[line], kind=RunKind.POST, now=four[0].reserved_at)
    assert kinds() == {"redemption_missing"}


def test_the_audit_names_a_lost_event(four: list[Redemption]) -> None:
    with emptying_allowed(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM points_redemptionevent WHERE redemption_id = %s", [four[3].pk])
    assert kinds() == {"redemption_events_wrong"}
