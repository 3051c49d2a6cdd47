"""The counter in a real browser: on the shopkeeper's phone and at a desk, by day and by night."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from households.models import Household
from people.models import User
from points.models import Reward
from points.redemption_codes import grouped
from points.reward_pictures import store_reward_picture
from points.services import redeem_reward
from sorting.models import SmartBin
from tests.browser.conftest import Visit
from tests.conftest import NOON
from tests.lib.test_qr import photo
from tests.rewards import earn, make_reward, make_shop, make_shopkeeper

pytestmark = pytest.mark.django_db(transaction=True)


def sign_in(*, page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/sign-in")
    page.get_by_label("用户名").fill("sun")
    page.get_by_label("密码").fill("sun-password-1")
    page.get_by_role("button", name="登录").click()
    page.get_by_role("heading", name="发放奖品").wait_for()


def examine(*, opened: Visit, name: str) -> None:
    """What every screen keeps: nothing beside the window, nothing for axe, nothing from outside."""
    opened.shoot(name=name)
    assert opened.overflow_px() <= 0
    assert opened.violations() == []
    assert (opened.complaints, opened.outside_requests) == ([], [])


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (360, "dark"), (1440, "light")])
def test_sun_hands_out_by_typing_and_by_a_photo(
    width: int,
    scheme: str,
    visit: Callable[..., Visit],
    live_server: LiveServer,
    zhang: Household,
    bin_07: SmartBin,
    zhao: User,
    settings: Settings,
    tmp_path: Path,
) -> None:
    settings.STATE_DIR = tmp_path
    shop = make_shop()
    make_shopkeeper(shop=shop)
    salt = make_reward(shops=[shop], by=zhao, name="加碘食盐 400 克(海盐)")
    Reward.objects.filter(pk=salt.pk).update(
        picture=store_reward_picture(data=photo("123456789016")), description="货架第二层，蓝色包装。"
    )
    earn(households=[zhang], smart_bin=bin_07, points=300, now=NOON)
    now = timezone.now()
    first, second, third = (
        redeem_reward(household=zhang, reward=salt, idempotency_key=key, quantity=2, now=now).code for key in "123"
    )
    opened = visit(width=width, scheme=scheme)
    page = opened.page
    sign_in(page=page, live_server=live_server)
    examine(opened=opened, name=f"shop-empty-{width}-{scheme}")

    page.get_by_label("顾客的兑换码").press_sequentially(grouped(code=first))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="请核对").wait_for()
    examine(opened=opened, name=f"shop-look-{width}-{scheme}")
    page.get_by_role("button", name="确认已交给顾客").click()
    page.get_by_text("已发放：加碘食盐").wait_for()

    page.get_by_text("拍二维码").click()
    page.get_by_label("拍一张顾客手机上的二维码").set_input_files(
        {"name": "qr.jpg", "mimeType": "image/jpeg", "buffer": photo(second, turn=12)}
    )
    page.get_by_role("button", name="识别照片").click()
    page.get_by_role("button", name="确认已交给顾客").click()
    page.get_by_text("2 单，4 件").wait_for()
    page.get_by_text("拍二维码").click()
    examine(opened=opened, name=f"shop-day-{width}-{scheme}")

    page.get_by_role("link", name="按月结算").click()
    page.get_by_text("未结账").wait_for()
    examine(opened=opened, name=f"shop-months-{width}-{scheme}")

    page.get_by_role("link", name="发放", exact=True).click()
    page.get_by_label("顾客的兑换码").fill(first)
    page.get_by_role("button", name="查看奖品").click()
    page.get_by_text("已经领取过了").wait_for()
    examine(opened=opened, name=f"shop-refused-{width}-{scheme}")
    page.get_by_role("link", name="返回").click()
    mistyped = third[:3] + str((int(third[3]) + 1) % 10) + third[4:]
    opened.complaints.clear()
    page.get_by_label("顾客的兑换码").fill(mistyped)
    page.get_by_role("button", name="查看奖品").click()
    page.get_by_role("alert").wait_for()
    opened.complaints.clear()  # the browser notes the refusal's status
    examine(opened=opened, name=f"shop-mistyped-{width}-{scheme}")
