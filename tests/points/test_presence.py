"""A guide redeems for a household before them: by card or PIN, up to a cap, in own communities, and it is seen."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import override_settings

from guides.queries import community_ids_of_guide
from households.models import Card, CardKind, Household, Member, Notice
from households.services import PinWrong, give_pin
from people.models import User
from points.audit import verify_ledger
from points.models import Proof, Redemption, RedemptionEvent, RedemptionStatus, Reward, Shop, ShopKind, TallyRun
from points.services import (
    DailyCapReached,
    HandedOutElsewhere,
    HouseholdNotBeforeYou,
    IdempotencyConflict,
    NotThisShop,
    NotYourOwnHousehold,
    ProofMissing,
    cancel_redemption,
    redeem_for_household_present,
    redeem_reward,
)
from sorting.models import SmartBin
from tests.conftest import TODAY
from tests.rewards import earn, make_reward, make_shop
from tests.worker.test_tally import balances

pytestmark = pytest.mark.django_db

RFID = "A0000001"
QR_TOKEN = "9f86d081884c7d659a2feaa0c55ad015"


@pytest.fixture
def shop(zhang: Household) -> Shop:
    """The redemption point of 东湖花园."""
    return make_shop(name="东湖花园兑换点", kind=ShopKind.POINT, community=zhang.community)


@pytest.fixture
def salt(shop: Shop, zhao: User) -> Reward:
    return make_reward(shops=[shop], by=zhao)


Present = Callable[..., Redemption]


@pytest.fixture
def present(zhang: Household, bin_07: SmartBin, salt: Reward, chen: User, now: dt.datetime) -> Present:
    """What Chen does for Zhang, who holds 1,000 points and a printed QR besides the RFID card."""
    earn(households=[zhang], smart_bin=bin_07, points=1_000, now=now)
    Card.objects.create(household=zhang, kind=CardKind.QR, number=QR_TOKEN, number_key=QR_TOKEN, issued_at=now)

    def redeem(identifier: str, *, key: str = "k1", **more: object) -> Redemption:
        wanted: dict[str, object] = {
            "reward": salt,
            "guide": chen,
            "community_ids": community_ids_of_guide(guide=chen, on=TODAY),
            "now": now,
        }
        return redeem_for_household_present(identifier=identifier, idempotency_key=key, **{**wanted, **more})  # type: ignore[arg-type]

    return redeem


def test_chen_redeems_with_zhangs_card_and_zhang_sees_who_where_and_how(
    present: Present, zhang: Household, chen: User, now: dt.datetime
) -> None:
    redemption = present(" a0000001 ", quantity=2)
    assert (redemption.household_id, redemption.proof, redemption.status) == (zhang.pk, Proof.CARD, "RESERVED")
    assert balances(zhang) == (0, 940)
    event = RedemptionEvent.objects.get(redemption=redemption)
    assert (event.by_id, event.community_id, event.at) == (chen.pk, zhang.community_id, now)
    text = Notice.objects.get(household=zhang).text
    assert "11月23日 12:00，陈督导凭您家的射频卡代您兑换了食盐 400 克 × 2，用去 60 分，请凭兑换码领取" in text
    assert verify_ledger().faults == []


def test_at_the_redemption_point_it_is_handed_out_at_once(present: Present, zhang: Household, shop: Shop) -> None:
    redemption = present(RFID, handed_out_at=shop)
    assert (redemption.status, redemption.shop_id) == (RedemptionStatus.COLLECTED, shop.pk)
    assert [event.status for event in redemption.events.order_by("pk")] == ["RESERVED", "COLLECTED"]
    assert "已当场领取" in Notice.objects.get(household=zhang).text
    assert present(RFID, handed_out_at=shop).pk == redemption.pk
    assert verify_ledger().faults == []


def test_a_printed_qr_or_a_code_alone_earns_and_never_spends(present: Present, zhang: Household) -> None:
    finger = Card.objects.create(
        household=zhang,
        kind=CardKind.FINGERPRINT,
        number="f-1",
        number_key="f-1",
        issued_at=zhang.cards.first().issued_at,  # type: ignore[union-attr]
    )
    runs = TallyRun.objects.count()
    for identifier in (
        QR_TOKEN,
        f"https://fenfen.example/c/{QR_TOKEN}",
        zhang.code,
        "411003 0000 0001-8",
        finger.number,
    ):
        with pytest.raises(ProofMissing, match="只能积分，不能花分"):
            present(identifier)
    assert (Redemption.objects.count(), TallyRun.objects.count(), balances(zhang)) == (0, runs, (0, 1_000))


def test_a_qr_or_a_code_with_the_pin_spends(present: Present, zhang: Household, zhao: User, now: dt.datetime) -> None:
    pin = give_pin(household=zhang, by=zhao, now=now)
    for number, identifier in enumerate((QR_TOKEN, zhang.code)):
        redemption = present(identifier, key=f"k{number}", pin=pin)
        assert (redemption.proof, redemption.household_id) == (Proof.PIN, zhang.pk)
    with pytest.raises(PinWrong):
        present(zhang.code, key="k3", pin=f"{(int(pin) + 1) % 1_000_000:06d}")
    assert Redemption.objects.count() == 2


def test_a_card_that_ended_spends_nothing(present: Present, zhang: Household, now: dt.datetime) -> None:
    Card.objects.filter(number=RFID).update(valid_to=now)
    with pytest.raises(HouseholdNotBeforeYou):
        present(RFID)


def test_wangs_card_is_nobodys_to_chen_with_or_without_pin(
    present: Present, wang: Household, zhao: User, now: dt.datetime
) -> None:
    pin = give_pin(household=wang, by=zhao, now=now)
    for identifier, typed in (("A0000003", ""), (wang.code, ""), (wang.code, pin), ("X9", "")):
        with pytest.raises(HouseholdNotBeforeYou):
            present(identifier, pin=typed)


def test_communities_make_nobody_a_guide(present: Present, zhao: User) -> None:
    with pytest.raises(HouseholdNotBeforeYou):
        present(RFID, guide=zhao)


def test_chen_does_not_redeem_for_her_own_household(
    present: Present, zhang: Household, chen: User, now: dt.datetime
) -> None:
    member = Member.objects.create(household=zhang, user=chen, joined_at=now)
    with pytest.raises(NotYourOwnHousehold):
        present(RFID)
    Member.objects.filter(pk=member.pk).update(left_at=now)
    assert present(RFID).household_id == zhang.pk


def test_five_hundred_points_a_day_are_the_cap_and_what_zhang_does_alone_is_not_counted(
    present: Present, zhang: Household, salt: Reward, now: dt.datetime
) -> None:
    redeem_reward(household=zhang, reward=salt, idempotency_key="own", now=now)
    with override_settings(GUIDE_REDEEM_POINTS_A_DAY_MAX=90):
        first = present(RFID, key="k1")
        present(RFID, key="k2", quantity=2)
        with pytest.raises(DailyCapReached, match="最多代兑换 90 分，加上这一单就是 120 分"):
            present(RFID, key="k3")
        salt.refresh_from_db()
        assert (balances(zhang), salt.stock_count) == ((0, 880), 6)
        assert present(RFID, key="k3", now=now + dt.timedelta(hours=12)).points == 30
        cancel_redemption(household=zhang, redemption_id=first.pk, now=now)
        assert present(RFID, key="k4").points == 30


def test_another_point_or_another_reward_is_not_handed_out(
    present: Present, wang: Household, salt: Reward, zhao: User, zhang: Household
) -> None:
    there = make_shop(name="西园新村兑换点", kind=ShopKind.POINT, community=wang.community)
    with pytest.raises(NotThisShop):
        present(RFID, handed_out_at=there)
    here = make_shop(name="东湖花园北门", kind=ShopKind.POINT, community=zhang.community)
    with pytest.raises(HandedOutElsewhere):
        present(RFID, handed_out_at=here)
    assert (Redemption.objects.count(), balances(zhang)) == (0, (0, 1_000))


def test_a_key_of_the_households_own_phone_is_not_the_guides(
    present: Present, zhang: Household, salt: Reward, now: dt.datetime
) -> None:
    redeem_reward(household=zhang, reward=salt, idempotency_key="k1", now=now)
    with pytest.raises(IdempotencyConflict):
        present(RFID, key="k1")
