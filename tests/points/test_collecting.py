"""The shop types or scans the code, hands out and confirms; everything else is refused in words."""

import datetime as dt

import pytest

from households.models import Household, Notice
from people.models import User
from points.models import RedemptionEvent, RedemptionStatus, Reward, Shop, ShopKind, WrongCode
from points.redemption_codes import grouped, new_code, normal_code
from points.services import (
    CodeMistyped,
    CodesPaused,
    CodeUnknown,
    Counter,
    HandedOutElsewhere,
    NotThisShop,
    RedemptionCancelled,
    RedemptionCollected,
    RedemptionExpired,
    cancel_redemption,
    collect_redemption,
    look_up_code,
)
from points.services.collecting import WRONG_CODES_MAX
from sorting.models import SmartBin
from tests.rewards import earn, make_reward, make_shop, make_shopkeeper, redeem

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop()


@pytest.fixture
def sun(shop: Shop) -> User:
    return make_shopkeeper(shop=shop)


@pytest.fixture
def salt(shop: Shop, zhao: User) -> Reward:
    return make_reward(shops=[shop], by=zhao)


@pytest.fixture
def code(zhang: Household, bin_07: SmartBin, salt: Reward, now: dt.datetime) -> str:
    """Zhang's code for a bag of salt."""
    earn(households=[zhang], smart_bin=bin_07, points=100, now=now)
    return redeem(household=zhang, reward=salt, key="k1", now=now).code


def test_sun_hands_out_once_and_a_double_tap_is_no_error(
    code: str, shop: Shop, sun: User, zhang: Household, now: dt.datetime
) -> None:
    counter = Counter(shop=shop, by=sun)
    for _ in range(2):
        collected = collect_redemption(code=grouped(code=code), counter=counter, now=now)
        assert (collected.status, collected.shop_id) == (RedemptionStatus.COLLECTED, shop.pk)
    closing = RedemptionEvent.objects.get(status=RedemptionStatus.COLLECTED)
    assert (closing.by_id, closing.shop_id, closing.at) == (sun.pk, shop.pk, now)
    assert Notice.objects.get(household=zhang).text == "食盐 400 克 × 1 已在东门超市领取。"
    with pytest.raises(RedemptionCollected):
        cancel_redemption(household=zhang, redemption_id=collected.pk, now=now)


def test_what_is_closed_is_not_handed_out(
    code: str, shop: Shop, sun: User, zhang: Household, salt: Reward, now: dt.datetime
) -> None:
    counter = Counter(shop=shop, by=sun)
    with pytest.raises(RedemptionExpired):
        collect_redemption(code=code, counter=counter, now=now + dt.timedelta(days=8))
    redemption = look_up_code(code=code, counter=counter, now=now)
    cancel_redemption(household=zhang, redemption_id=redemption.pk, now=now)
    with pytest.raises(RedemptionCancelled):
        collect_redemption(code=code, counter=counter, now=now)


def test_another_shop_neither_hands_it_out_nor_is_stood_behind_by_sun(
    code: str, salt: Reward, sun: User, now: dt.datetime
) -> None:
    elsewhere = make_shop(name="西关粮油店")
    with pytest.raises(NotThisShop):
        collect_redemption(code=code, counter=Counter(shop=elsewhere, by=sun), now=now)
    wu = make_shopkeeper(shop=elsewhere, username="wu")
    with pytest.raises(HandedOutElsewhere, match="不在西关粮油店领取"):
        collect_redemption(code=code, counter=Counter(shop=elsewhere, by=wu), now=now)
    salt.shops.add(elsewhere)
    assert collect_redemption(code=code, counter=Counter(shop=elsewhere, by=wu), now=now).shop_id == elsewhere.pk


def test_a_closed_shop_hands_nothing_out(code: str, shop: Shop, sun: User, now: dt.datetime) -> None:
    Shop.objects.update(is_active=False)
    with pytest.raises(NotThisShop):
        collect_redemption(code=code, counter=Counter(shop=shop, by=sun), now=now)


def test_chen_hands_out_at_the_redemption_point_of_her_community_only(
    code: str, salt: Reward, chen: User, zhang: Household, wang: Household, shop: Shop, now: dt.datetime
) -> None:
    here = make_shop(name="东湖花园兑换点", kind=ShopKind.POINT, community=zhang.community)
    there = make_shop(name="西园新村兑换点", kind=ShopKind.POINT, community=wang.community)
    salt.shops.add(here, there)
    given = [zhang.community_id]
    for other in (there, shop):
        with pytest.raises(NotThisShop):
            collect_redemption(code=code, counter=Counter(shop=other, by=chen, community_ids=given), now=now)
    collected = collect_redemption(code=code, counter=Counter(shop=here, by=chen, community_ids=given), now=now)
    assert collected.shop_id == here.pk


def test_communities_make_nobody_a_guide(
    code: str, salt: Reward, zhao: User, zhang: Household, now: dt.datetime
) -> None:
    here = make_shop(name="东湖花园兑换点", kind=ShopKind.POINT, community=zhang.community)
    with pytest.raises(NotThisShop):
        collect_redemption(code=code, counter=Counter(shop=here, by=zhao, community_ids=[zhang.community_id]), now=now)


def test_a_mistyped_digit_is_told_from_an_unknown_code(code: str, shop: Shop, sun: User, now: dt.datetime) -> None:
    counter = Counter(shop=shop, by=sun)
    mistyped = code[:4] + str((int(code[4]) + 1) % 10) + code[5:]
    for text in (mistyped, "", "1234", "https://fenfen.example/", code + "0"):
        with pytest.raises(CodeMistyped):
            look_up_code(code=text, counter=counter, now=now)
    assert WrongCode.objects.count() == 0


def test_codes_are_not_guessed_by_trying(code: str, shop: Shop, sun: User, now: dt.datetime) -> None:
    counter = Counter(shop=shop, by=sun)
    for _ in range(WRONG_CODES_MAX):
        with pytest.raises(CodeUnknown):
            look_up_code(code=new_code(), counter=counter, now=now)
    with pytest.raises(CodesPaused):
        collect_redemption(code=code, counter=counter, now=now)
    later = now + dt.timedelta(minutes=16)
    assert collect_redemption(code=code, counter=counter, now=later).status == RedemptionStatus.COLLECTED


def test_a_code_is_read_as_people_write_it() -> None:
    code = new_code()
    assert len(code) == 12
    wide = "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in code)
    for text in (code, f" {grouped(code=code)}\n", "-".join((code[:4], code[4:8], code[8:])), wide):
        assert normal_code(text=text) == code
