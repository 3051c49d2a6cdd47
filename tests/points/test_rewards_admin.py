"""Officer Zhao keeps the catalogue, the stock, the shops and their months in the back office."""

import datetime as dt
import io
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings
from python_calamine import CalamineWorkbook

from households.models import Household, HouseholdPin
from households.services import check_pin
from people.models import User
from points.audit import verify_ledger
from points.models import Reward, Shop, ShopSettlement, StockMovement
from points.services import Counter, collect_redemption
from sorting.models import SmartBin
from tests.builders import at
from tests.conftest import NOON
from tests.lib.test_qr import photo
from tests.rewards import earn, make_reward, make_shop, make_shopkeeper, redeem

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(zhao: User, client: Client) -> Client:
    """Officer Zhao's browser, where Zhao may open the whole back office."""
    zhao.is_staff = zhao.is_superuser = True
    zhao.save()
    client.force_login(zhao)
    return client


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop()


def reward_form(*, shop: Shop, **more: object) -> dict[str, object]:
    """A new reward as the form sends it."""
    return {
        "name": "毛巾",
        "points": 80,
        "limit_period": "MONTH",
        "starts_on": "2026-01-01",
        "is_offered": "on",
        "shops": [shop.pk],
        "stock_movements-TOTAL_FORMS": 0,
        "stock_movements-INITIAL_FORMS": 0,
        **more,
    }


def test_a_new_reward_begins_with_an_empty_stock_or_without_end(
    office: Client, shop: Shop, settings: Settings, tmp_path: Path
) -> None:
    settings.STATE_DIR = tmp_path
    sent = SimpleUploadedFile("towel.jpg", photo("毛巾"), content_type="image/jpeg")
    made = office.post(reverse("admin:points_reward_add"), reward_form(shop=shop, picture_file=sent))
    assert made.status_code == 302
    towel = Reward.objects.get(name="毛巾")
    assert (towel.stock_count, len(towel.picture), list(towel.shops.all())) == (0, 32, [shop])
    shown = office.get(reverse("admin:points_reward_picture", args=[towel.pk]))
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/webp")
    office.post(reverse("admin:points_reward_add"), reward_form(shop=shop, name="话费", is_unlimited="on"))
    phone = Reward.objects.get(name="话费")
    assert phone.stock_count is None
    # Said once: a later form changes it neither way.
    office.post(reverse("admin:points_reward_change", args=[phone.pk]), reward_form(shop=shop, name="话费 1 元"))
    phone.refresh_from_db()
    assert (phone.name, phone.stock_count) == ("话费 1 元", None)
    assert office.get(reverse("admin:points_reward_picture", args=[phone.pk])).status_code == 404


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"points": 0}, "积分要大于 0。"),
        ({"ends_on": "2025-12-31"}, "结束日期不能早于开始日期。"),
        ({"household_limit": 0}, "每户限兑要大于 0"),
    ],
)
def test_what_makes_no_sense_is_said_beside_the_form(
    office: Client, shop: Shop, more: dict[str, object], said: str
) -> None:
    answer = office.post(reverse("admin:points_reward_add"), reward_form(shop=shop, **more))
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert Reward.objects.count() == 0


def test_what_is_no_picture_is_refused(office: Client, shop: Shop) -> None:
    sent = SimpleUploadedFile("towel.jpg", b"no picture", content_type="image/jpeg")
    answer = office.post(reverse("admin:points_reward_add"), reward_form(shop=shop, picture_file=sent))
    assert answer.context["adminform"].form.errors["picture_file"]
    assert Reward.objects.count() == 0


def test_stock_moves_by_rows_that_say_why(office: Client, shop: Shop, zhao: User) -> None:
    salt = make_reward(shops=[shop], by=zhao, stock=0)
    page = reverse("admin:points_reward_stock", args=[salt.pk])
    for kind, quantity, reason in (("DELIVERY", 12, ""), ("CORRECTION", -2, "破了两包")):
        assert office.post(page, {"kind": kind, "quantity": quantity, "reason": reason}).status_code == 302
    for kind, quantity, reason, said in (
        ("CORRECTION", -11, "盘点", "库存只有 10 件"),
        ("CORRECTION", 1, "", "要写原因"),
        ("DELIVERY", -1, "", "进货数量要大于 0"),
    ):
        answer = office.post(page, {"kind": kind, "quantity": quantity, "reason": reason})
        assert (answer.status_code, said in answer.content.decode()) == (422, True)
    salt.refresh_from_db()
    assert salt.stock_count == 10
    assert list(StockMovement.objects.order_by("pk").values_list("quantity", "by")) == [(12, zhao.pk), (-2, zhao.pk)]
    assert "破了两包" in office.get(reverse("admin:points_reward_change", args=[salt.pk])).content.decode()
    assert verify_ledger().faults == []


def test_a_month_is_closed_and_taken_away_as_a_sheet(
    office: Client, shop: Shop, zhao: User, zhang: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    earn(households=[zhang], smart_bin=bin_07, points=100, now=now)
    salt = make_reward(shops=[shop], by=zhao)
    redemption = redeem(household=zhang, reward=salt, key="k1", now=now)
    counter = Counter(shop=shop, by=make_shopkeeper(shop=shop))
    collect_redemption(code=redemption.code, counter=counter, now=now)
    page = reverse("admin:points_shop_months", args=[shop.pk])
    with time_machine.travel(NOON, tick=False):
        office.force_login(zhao)
        assert "还不能结账" in office.get(page).content.decode()
        assert "还没有过完" in office.post(page, {"month": "2026-11"}).content.decode()
    with time_machine.travel(at(on=dt.date(2026, 12, 3)), tick=False):
        office.force_login(zhao)
        assert 'value="结账"' in office.get(page).content.decode()
        for wrong in ("", "2026-13", "november"):
            assert office.post(page, {"month": wrong}).status_code == 404
        assert office.post(page, {"month": "2026-11"}).status_code == 302
        assert "下载结算单" in office.get(page).content.decode()
        settlement = ShopSettlement.objects.get()
        sheet = office.get(reverse("admin:points_shopsettlement_sheet", args=[settlement.pk]))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet.content)).get_sheet_by_index(0).to_python()
    assert (rows[-1][0], rows[-1][4], rows[-1][5]) == ("合计 1 单", 30, 0.3)
    assert (settlement.closed_by, settlement.points) == (zhao, 30)


def test_a_redemption_is_shown_without_whose_it_is(
    office: Client, shop: Shop, zhao: User, zhang: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    earn(households=[zhang], smart_bin=bin_07, points=100, now=now)
    redemption = redeem(household=zhang, reward=make_reward(shops=[shop], by=zhao), key="k1", now=now)
    for address in (
        reverse("admin:points_redemption_changelist") + f"?q={redemption.code}",
        reverse("admin:points_redemption_change", args=[redemption.pk]),
    ):
        page = office.get(address).content.decode()
        assert "食盐 400 克" in page
        assert zhang.code not in page


def test_who_may_not_enter_the_back_office_moves_no_stock(client: Client, shop: Shop, zhao: User) -> None:
    salt = make_reward(shops=[shop], by=zhao)
    client.force_login(make_shopkeeper(shop=shop))
    for name, key in (("reward_stock", salt.pk), ("shop_months", shop.pk), ("reward_picture", salt.pk)):
        answer = client.post(reverse(f"admin:points_{name}", args=[key]), {"kind": "DELIVERY", "quantity": 1})
        assert answer.status_code == 302
        assert "/admin/login" in answer["Location"]


def test_zhao_gives_zhang_a_pin_that_is_shown_once(office: Client, zhang: Household, now: dt.datetime) -> None:
    page = reverse("admin:households_household_pin", args=[zhang.pk])
    assert "还没有 PIN 码" in office.get(page).content.decode()
    pin = office.post(page).context["pin"]
    check_pin(household=zhang, pin=pin, now=now)
    again = office.get(page).content.decode()
    assert "已有 PIN 码" in again
    assert pin not in again


def test_an_administrator_who_is_no_officer_gives_no_pin(client: Client, zhang: Household) -> None:
    client.force_login(User.objects.create_superuser(username="admin", password="admin-password-1"))
    answer = client.post(reverse("admin:households_household_pin", args=[zhang.pk]))
    assert answer.status_code == 422
    assert "不能给这户设置 PIN 码" in answer.content.decode()
    assert HouseholdPin.objects.count() == 0
