"""Shopkeeper Sun looks codes up, hands out, and sees the month; guide Chen does so at a redemption point."""

import datetime as dt

import pytest

from households.models import Community, Household
from people.models import RoleGrant, User
from points.models import Redemption, Reward, Shop, ShopKind
from points.services.collecting import WRONG_CODES_MAX
from sorting.models import SmartBin
from tests.api.asking import Asker
from tests.conftest import NOON, TODAY
from tests.rewards import earn, make_reward, make_shop, make_shopkeeper, redeem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
NOBODYS_CODE = "123456789013"


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop()


@pytest.fixture
def sun(shop: Shop) -> Asker:
    return Asker(user=make_shopkeeper(shop=shop))


@pytest.fixture
def salt(shop: Shop, zhao: User) -> Reward:
    return make_reward(shops=[shop], by=zhao)


@pytest.fixture
def redemption(zhang: Household, bin_07: SmartBin, salt: Reward) -> Redemption:
    """Zhang's bag of salt, reserved."""
    earn(households=[zhang], smart_bin=bin_07, points=200, now=NOON)
    return redeem(household=zhang, reward=salt, key="k-1", now=NOON)


def at_counter(shop: Shop, rest: str) -> str:
    return f"shop/counters/{shop.pk}/{rest}"


def test_sun_looks_up_hands_out_once_and_finds_it_in_the_month(
    sun: Asker, shop: Shop, redemption: Redemption, zhang: Household, salt: Reward
) -> None:
    assert [each["name"] for each in sun.get("shop/counters").json()["items"]] == ["东门超市"]
    looked_up = sun.post(at_counter(shop, "look-ups"), code=redemption.code)
    assert (looked_up.json()["reward_name"], looked_up.json()["status"]) == ("食盐 400 克", "RESERVED")
    # Whose it is, is nobody's business behind a counter.
    assert zhang.code not in looked_up.content.decode()
    first = sun.post(at_counter(shop, "collections"), code=redemption.code)
    assert (first.status_code, first.json()["status"]) == (200, "COLLECTED")
    assert sun.post(at_counter(shop, "collections"), code=redemption.code).json() == first.json()
    for number in range(3):
        another = redeem(household=zhang, reward=salt, key=f"more-{number}", now=NOON)
        sun.post(at_counter(shop, "collections"), code=another.code)
    month = sun.all_items(at_counter(shop, "collections"), month="2026-11", limit=1)
    assert len(month) == 4
    assert month[0]["redemption_id"] == redemption.pk
    assert sun.all_items(at_counter(shop, "collections"), month="2026-10") == []


def test_a_code_that_is_closed_mistyped_or_nobodys_is_refused_each_in_its_way(
    sun: Asker, shop: Shop, redemption: Redemption, zhao: User, zhang: Household
) -> None:
    def refusal(code: str) -> tuple[int, str]:
        answer = sun.post(at_counter(shop, "collections"), code=code)
        return answer.status_code, answer.json()["code"]

    assert refusal("1234") == (422, "redemption_code_mistyped")
    elsewhere = make_reward(shops=[make_shop(name="西门超市")], by=zhao, name="大米")
    of_elsewhere = redeem(household=zhang, reward=elsewhere, key="e", now=NOON)
    assert refusal(of_elsewhere.code) == (409, "handed_out_elsewhere")
    redemption.refresh_from_db()
    assert redemption.status == "RESERVED"


def test_codes_that_nobody_has_are_a_pause_after_twenty(sun: Asker, shop: Shop, redemption: Redemption) -> None:
    last_digits = [code for code in (f"12345678901{digit}" for digit in range(10)) if code != redemption.code]
    fitting = next(code for code in last_digits if sun.post(at_counter(shop, "look-ups"), code=code).status_code == 404)
    for _ in range(WRONG_CODES_MAX):
        paused = sun.post(at_counter(shop, "look-ups"), code=fitting)
    assert paused.status_code == 429
    assert int(paused["Retry-After"]) > 0
    # The right code waits too, or the pause would be none.
    assert sun.post(at_counter(shop, "look-ups"), code=redemption.code).status_code == 429


def test_another_shops_counter_is_no_counter(sun: Asker, redemption: Redemption) -> None:
    other = make_shop(name="西门超市")
    for rest in ("look-ups", "collections"):
        assert sun.post(at_counter(other, rest), code=redemption.code).status_code == 404
    assert sun.get(at_counter(other, "collections"), month="2026-11").status_code == 404


def test_a_shop_that_closed_and_a_grant_that_ended_hand_out_nothing(
    sun: Asker, shop: Shop, redemption: Redemption
) -> None:
    Shop.objects.update(is_active=False)
    assert sun.post(at_counter(shop, "collections"), code=redemption.code).status_code == 404
    Shop.objects.update(is_active=True)
    RoleGrant.objects.update(ends_on=TODAY - dt.timedelta(days=1))
    assert sun.post(at_counter(shop, "collections"), code=redemption.code).status_code == 403


def test_chen_hands_out_at_the_redemption_point_of_the_given_community_only(
    chen: User, east_lake: Community, west_park: Community, redemption: Redemption, salt: Reward
) -> None:
    east, west = (
        make_shop(name=f"{community.name}兑换点", kind=ShopKind.POINT, community=community)
        for community in (east_lake, west_park)
    )
    salt.shops.add(east, west)
    guide = Asker(user=chen)
    assert guide.post(at_counter(west, "collections"), code=redemption.code).status_code == 404
    assert guide.post(at_counter(east, "collections"), code=redemption.code).json()["status"] == "COLLECTED"
