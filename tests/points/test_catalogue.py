"""What a household sees of the catalogue and of its own redemptions."""

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from households.models import Household
from people.models import User
from points.models import Reward, Shop
from points.queries.rewards import catalogue_for, redemption_of, redemptions_of
from points.services import cancel_redemption
from sorting.models import SmartBin
from tests.conftest import TODAY
from tests.rewards import earn, make_reward, make_shop, redeem

pytestmark = pytest.mark.django_db


@pytest.fixture
def shops(db: None) -> list[Shop]:
    return [make_shop(), make_shop(name="关着的店", is_active=False)]


@pytest.fixture
def zhang_with_100(zhang: Household, bin_07: SmartBin, now: dt.datetime) -> Household:
    earn(households=[zhang], smart_bin=bin_07, points=100, now=now)
    return zhang


def test_zhang_sees_what_is_on_offer_and_why_something_cannot_be_had(
    zhang_with_100: Household,
    shops: list[Shop],
    zhao: User,
    now: dt.datetime,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    eggs = make_reward(shops=shops, by=zhao, name="鸡蛋", points=20, household_limit=1)
    make_reward(shops=shops, by=zhao, name="食盐", points=30)
    make_reward(shops=shops, by=zhao, name="毛巾", points=40, stock=0)
    make_reward(shops=shops, by=zhao, name="电饭煲", points=5_000)
    make_reward(shops=shops[1:], by=zhao, name="没人发")
    for change in ({"is_offered": False}, {"starts_on": dt.date(2027, 1, 1)}, {"ends_on": dt.date(2026, 11, 22)}):
        gone = make_reward(shops=shops, by=zhao, name="不在架")
        Reward.objects.filter(pk=gone.pk).update(**change)
    redeem(household=zhang_with_100, reward=eggs, key="k1", now=now)
    with django_assert_num_queries(4):
        items = catalogue_for(zhang_with_100, now)
    assert [(each.name, each.obstacle, each.pieces_left, each.missing_points) for each in items] == [
        ("鸡蛋", "limit", 0, 0),
        ("食盐", "", 10, 0),
        ("毛巾", "sold_out", 0, 0),
        ("电饭煲", "points", 10, 4_920),
    ]
    assert [place.name for place in items[0].places] == ["东门超市"]
    assert (items[0].had_count, items[0].household_limit, items[0].limit_period) == (1, 1, "每月")
    next_month = now + dt.timedelta(days=30)
    assert next(each for each in catalogue_for(zhang_with_100, next_month) if each.name == "鸡蛋").obstacle == ""


def test_zhang_sees_own_redemptions_and_never_lis(
    zhang_with_100: Household,
    li: Household,
    shops: list[Shop],
    zhao: User,
    now: dt.datetime,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    salt = make_reward(shops=shops, by=zhao)
    first, second = (redeem(household=zhang_with_100, reward=salt, key=key, now=now) for key in ("k1", "k2"))
    cancel_redemption(household=zhang_with_100, redemption_id=first.pk, now=now)
    with django_assert_num_queries(2):
        rows = redemptions_of(zhang_with_100, now)
    assert [(row.redemption_id, row.status_label, row.is_open) for row in rows] == [
        (second.pk, "待领取", True),
        (first.pk, "已取消", False),
    ]
    assert rows[0].code_text.replace(" ", "") == second.code
    late = redemption_of(zhang_with_100, second.pk, now + dt.timedelta(days=8))
    assert late is not None
    assert not late.is_open
    assert redemptions_of(li, now) == []
    assert redemption_of(li, second.pk, now) is None


def test_the_last_day_is_on_offer(zhang: Household, shops: list[Shop], zhao: User, now: dt.datetime) -> None:
    salt = make_reward(shops=shops, by=zhao)
    Reward.objects.filter(pk=salt.pk).update(ends_on=TODAY)
    assert [each.name for each in catalogue_for(zhang, now)] == ["食盐 400 克"]
