"""The ways of a household in a real browser: what a guide does for a home before them, and what it does itself."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from households.models import Household
from people.models import User
from tests.browser.conftest import Visit
from tests.browser.guide_phone import CONTROLS, TOUCH_PX_MIN, open_as
from tests.browser.test_my import sign_in
from tests.pages.my.conftest import make_resident

pytestmark = pytest.mark.django_db(transaction=True)
VISIT = Callable[..., Visit]


def look(*, opened: Visit, name: str, is_guides: bool) -> None:
    """Keep a picture; nothing may stick out, be hard to touch or to read."""
    opened.shoot(name=name)
    assert opened.violations() == [], name
    assert opened.overflow_px() <= 0, name
    if is_guides:
        assert [each for each in opened.page.evaluate(CONTROLS) if each[1] < TOUCH_PX_MIN] == [], name


def open_zhangs_home(page: Page, zhang: Household) -> None:
    page.get_by_role("link", name="帮住户办事").click()
    page.get_by_label("户码或卡号").fill(zhang.code)
    page.get_by_text("看了住户卡").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_chen_helps_the_zhang_home_on_a_small_phone(
    scheme: str, visit: VISIT, live_server: LiveServer, chen: User, zhang: Household
) -> None:
    opened = visit(width=360, scheme=scheme)
    page = open_as(chen, opened, live_server, "/guide/duty")
    open_zhangs_home(page, zhang)
    look(opened=opened, name=f"guide-help-360-{scheme}", is_guides=True)
    page.get_by_role("button", name="打开这一户").click()
    expect(page.get_by_role("heading", name="登记第一位成员")).to_be_visible()
    look(opened=opened, name=f"guide-helped-360-{scheme}", is_guides=True)
    page.get_by_role("button", name="设新的 PIN 码").click()
    expect(page.locator(".pin")).to_be_visible()
    look(opened=opened, name=f"guide-help-pin-360-{scheme}", is_guides=True)
    page.get_by_role("link", name="住户记下了").click()
    page.get_by_label("称呼").fill("张奶奶")
    page.get_by_label("手机号").fill("13800000001")
    page.get_by_role("button", name="发验证码到这个号码").click()
    expect(page.get_by_label("验证码")).to_be_visible()
    look(opened=opened, name=f"guide-help-code-360-{scheme}", is_guides=True)
    assert (opened.complaints, opened.outside_requests) == ([], [])


def test_mrs_zhang_puts_her_own_ways_right(visit: VISIT, live_server: LiveServer, zhang: Household) -> None:
    grandma = make_resident(household=zhang, name="张奶奶", phone="13800000001", now=timezone.now())
    opened = visit(width=360)
    sign_in(visit=opened, user=grandma, live_server=live_server)
    page = opened.page
    for link, name in (
        ("换手机号", "my-new-phone"),
        ("换 PIN 码", "my-own-pin"),
        ("我要退出", "my-remove"),
        ("挂失", "my-lost-card"),
    ):
        page.goto(f"{live_server.url}/my/me")
        page.get_by_role("link", name=link, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(link)
        look(opened=opened, name=f"{name}-360", is_guides=False)
    page.get_by_role("button", name="确定挂失").click()
    expect(page.get_by_text("没有在用的卡")).to_be_visible()
    assert (opened.complaints, opened.outside_requests) == ([], [])


@pytest.mark.parametrize("width", [360, 1440])
def test_officer_zhao_registers_a_home(
    width: int, visit: VISIT, live_server: LiveServer, zhao: User, zhang: Household
) -> None:
    opened = visit(width=width)
    sign_in(visit=opened, user=zhao, live_server=live_server)
    page = opened.page
    page.goto(f"{live_server.url}/bureau/households/new")
    for label, text in (("楼栋", "3"), ("单元", "1"), ("房号", "302")):
        page.get_by_label(label).fill(text)
    look(opened=opened, name=f"bureau-new-home-{width}", is_guides=False)
    page.get_by_role("button", name="登记,生成户码").click()
    expect(page.get_by_role("status")).to_contain_text("411003000000026")
    look(opened=opened, name=f"bureau-new-home-done-{width}", is_guides=False)
    assert (opened.complaints, opened.outside_requests) == ([], [])
