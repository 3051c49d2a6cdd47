"""The counter: Sun types or photographs a code, sees what to hand out and not to whom, and confirms."""

import datetime as dt
import io
import re
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from households.models import Household
from people.models import Role, RoleGrant, ScopeKind, User
from points.models import Redemption, Reward, Shop, ShopKind
from points.redemption_codes import grouped
from points.reward_pictures import PictureTooHeavy, store_reward_picture
from points.services import cancel_redemption, close_shop_month
from sorting.models import SmartBin
from tests.builders import at
from tests.conftest import NOON
from tests.lib.test_qr import photo
from tests.rewards import earn, make_reward, make_shop, make_shopkeeper, redeem

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop()


@pytest.fixture
def sun(shop: Shop, client: Client) -> User:
    """Sun, signed in."""
    sun = make_shopkeeper(shop=shop)
    client.force_login(sun)
    return sun


@pytest.fixture
def salt(shop: Shop, zhao: User) -> Reward:
    return make_reward(shops=[shop], by=zhao)


@pytest.fixture
def redemption(zhang: Household, bin_07: SmartBin, salt: Reward) -> Redemption:
    """Zhang's two bags of salt, redeemed at noon."""
    earn(households=[zhang], smart_bin=bin_07, points=200, now=NOON)
    return redeem(household=zhang, reward=salt, key="k1", quantity=2, now=NOON)


def said(text: str) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_sun_lands_at_the_counter(client: Client, sun: User, shop: Shop) -> None:
    assert client.get("/start")["Location"] == "/shop/"
    page = said(client.get("/shop/").content.decode())
    assert "东门超市" in page
    assert "今天还没有发放" in page


@time_machine.travel(NOON, tick=False)
def test_sun_types_the_code_sees_what_and_not_whose_and_confirms(
    client: Client, sun: User, redemption: Redemption, zhang: Household
) -> None:
    looked = client.post("/shop/look", {"code": grouped(code=redemption.code)}).content.decode()
    assert "食盐 400 克 × 2" in said(looked)
    assert zhang.code not in looked
    redemption.refresh_from_db()
    assert redemption.status == "RESERVED"  # looking hands nothing out
    confirmed = client.post("/shop/hand-out", {"code": redemption.code}, follow=True)
    page = said(confirmed.content.decode())
    assert "已发放：食盐 400 克 × 2" in page
    assert "1 单，2 件" in page
    redemption.refresh_from_db()
    assert (redemption.status, redemption.shop) == ("COLLECTED", Shop.objects.get())
    again = client.post("/shop/look", {"code": redemption.code}).content.decode()
    assert "已经领取" in again
    assert "确认已交给顾客" not in again


@time_machine.travel(NOON, tick=False)
def test_a_photo_of_the_qr_does_what_typing_does(client: Client, sun: User, redemption: Redemption) -> None:
    sent = SimpleUploadedFile("qr.jpg", photo(redemption.code), content_type="image/jpeg")
    assert "食盐 400 克 × 2" in said(client.post("/shop/look", {"photo": sent}).content.decode())


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("data", [b"no picture", photo("https://elsewhere.example/"), photo("123456789012")])
def test_a_photo_of_something_else_is_told_apart(
    client: Client, sun: User, redemption: Redemption, data: bytes
) -> None:
    answer = client.post("/shop/look", {"photo": SimpleUploadedFile("x.jpg", data, content_type="image/jpeg")})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_a_photo_without_a_code_says_what_to_do(client: Client, sun: User) -> None:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "#999999").save(out, format="JPEG")
    answer = client.post("/shop/look", {"photo": SimpleUploadedFile("x.jpg", out.getvalue())})
    assert "没有认出二维码" in answer.content.decode()


@time_machine.travel(NOON, tick=False)
def test_a_mistyped_code_stays_in_the_field_and_is_explained(client: Client, sun: User) -> None:
    answer = client.post("/shop/look", {"code": "1234 5678 9012"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="1234 5678 9012"' in text
    assert "这一个输错了" in text
    assert client.post("/shop/hand-out", {"code": "<script>"}).status_code == 422


@time_machine.travel(NOON, tick=False)
def test_what_may_not_be_handed_out_has_no_button(
    client: Client, sun: User, redemption: Redemption, zhang: Household
) -> None:
    cancel_redemption(household=zhang, redemption_id=redemption.pk, now=NOON)
    text = client.post("/shop/look", {"code": redemption.code}).content.decode()
    assert "已经取消" in text
    assert "确认已交给顾客" not in text
    refused = client.post("/shop/hand-out", {"code": redemption.code})
    assert refused.status_code == 422


@time_machine.travel(NOON, tick=False)
def test_sun_with_two_shops_chooses_and_takes_no_third(
    client: Client, sun: User, shop: Shop, redemption: Redemption
) -> None:
    second, third = make_shop(name="西关粮油店"), make_shop(name="别人的店")
    RoleGrant.objects.create(
        user=sun, role=Role.SHOP, scope_kind=ScopeKind.SHOP, scope_id=second.pk, starts_on=dt.date(2026, 1, 1)
    )
    client.post("/shop/choose", {"shop": second.pk})
    assert 'class="where">西关粮油店' in client.get("/shop/").content.decode()
    assert "不在西关粮油店领取" in client.post("/shop/look", {"code": redemption.code}).content.decode()
    for other in (third.pk, "x", ""):
        client.post("/shop/choose", {"shop": other})
        assert 'class="where">西关粮油店' in client.get("/shop/").content.decode()


@time_machine.travel(NOON, tick=False)
def test_chen_hands_out_at_the_redemption_point_of_her_community(
    client: Client, chen: User, redemption: Redemption, salt: Reward, zhang: Household, wang: Household
) -> None:
    client.force_login(chen)
    assert "没有营业的商户或兑换点" in client.get("/shop/").content.decode()
    make_shop(name="西园新村兑换点", kind=ShopKind.POINT, community=wang.community)
    salt.shops.add(make_shop(name="东湖花园兑换点", kind=ShopKind.POINT, community=zhang.community))
    page = client.get("/shop/").content.decode()
    assert 'class="where">东湖花园兑换点' in page
    assert "西园新村" not in page
    client.post("/shop/hand-out", {"code": redemption.code})
    redemption.refresh_from_db()
    assert redemption.status == "COLLECTED"


def test_neither_strangers_nor_officers_stand_at_a_counter(client: Client, zhao: User) -> None:
    assert client.get("/shop/")["Location"] == "/sign-in?next=/shop/"
    client.force_login(zhao)
    for address in ("/shop/", "/shop/months"):
        assert client.get(address).status_code == 403
    for address in ("/shop/look", "/shop/hand-out", "/shop/choose"):
        assert client.post(address).status_code == 403


def test_sun_sees_the_months_and_what_is_owed(
    client: Client, sun: User, shop: Shop, redemption: Redemption, zhao: User
) -> None:
    with time_machine.travel(NOON, tick=False):
        assert "还没有发放过奖品" in client.get("/shop/months").content.decode()
        client.post("/shop/hand-out", {"code": redemption.code})
        page = said(client.get("/shop/months").content.decode())
        assert "2026年11月 0.60 元 1 单，60 分 · 未结账" in page
        assert "11月23日 12:00" in client.get("/shop/months?month=2026-11").content.decode()
        assert "这个月没有发放" in client.get("/shop/months?month=2026-10").content.decode()
        assert client.get("/shop/months?month=2026-13").status_code == 404
    december = at(on=dt.date(2026, 12, 2))
    close_shop_month(shop=shop, year=2026, month=11, officer=zhao, now=december)
    with time_machine.travel(december, tick=False):
        client.force_login(sun)  # a session lasts one long shift
        assert "1 单，60 分 · 12月2日已结账" in said(client.get("/shop/months").content.decode())


@time_machine.travel(NOON, tick=False)
def test_a_long_day_asks_no_more_of_the_database_than_a_short_one(
    client: Client,
    sun: User,
    redemption: Redemption,
    zhang: Household,
    salt: Reward,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    codes = [redeem(household=zhang, reward=salt, key=f"more {number}", now=NOON).code for number in range(4)]
    for _ in range(2):
        client.get("/shop/")  # what was said is said once
        with django_assert_num_queries(6):  # session, user, the user's roles twice, shops, the day
            client.get("/shop/")
        for code in codes:
            client.post("/shop/hand-out", {"code": code})


def test_a_rewards_picture_is_made_ours_and_shown_to_everybody(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.STATE_DIR = tmp_path
    name = store_reward_picture(data=photo("123456789016"))
    assert store_reward_picture(data=photo("123456789016")) == name
    for size, width in (("large", 1_600), ("small", 320)):
        answer = client.get(f"/reward-pictures/{name}-{size}.webp")
        assert (answer["Content-Type"], "immutable" in answer["Cache-Control"]) == ("image/webp", True)
        assert Image.open(io.BytesIO(answer.getvalue())).width == width
    assert len(list((tmp_path / "reward-pictures").iterdir())) == 2
    for wrong in (f"{name}-huge.webp", "..%2f..%2fkeys%2fsecret_key", f"{'0' * 32}-small.webp"):
        assert client.get(f"/reward-pictures/{wrong}").status_code == 404
    with pytest.raises(PictureTooHeavy):
        store_reward_picture(data=bytes(8 * 1024 * 1024 + 1))
