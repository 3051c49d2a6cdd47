"""A resident's phone whose network is gone: the last seen balance with its time, and nothing of who signed out."""

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from guides.models import Shift
from households.models import Household
from people.models import User
from sorting.models import SmartBin, Verification
from tests.browser.conftest import Visit
from tests.browser.guide_phone import judge, keeps_pages, open_as
from tests.browser.test_my import sign_in
from tests.browser.test_my_journey import KEPT, PERSONAL_CACHES
from tests.browser.waiting import comes_to
from tests.builders import make_drop_off
from tests.pages.my.conftest import make_resident
from tests.rewards import earn

pytestmark = pytest.mark.django_db(transaction=True)
SHELL_SIZE = """async () => (await caches.match('/my/offline'))?.headers.get('X-Text-Size')"""
CONTROLLED = "() => navigator.serviceWorker.controller?.state"
BALANCE = re.compile(r"\d+月\d+日 \d\d:\d\d 的积分")


@pytest.fixture
def grandma(zhang: Household, bin_07: SmartBin) -> User:
    """Mrs Zhang with 1,200 points."""
    now = timezone.now()
    earn(households=[zhang], smart_bin=bin_07, points=1_200, now=now)
    return make_resident(household=zhang, name="张奶奶", phone="13800000001", now=now)


def test_mrs_zhang_sees_her_last_balance_without_a_network_and_none_after_signing_out(
    visit: Callable[..., Visit], live_server: LiveServer, grandma: User
) -> None:
    opened = visit(width=360)
    sign_in(visit=opened, user=grandma, live_server=live_server)
    page = opened.page
    page.goto(f"{live_server.url}/my/")
    comes_to(page, KEPT, "1,200")  # the first visit is kept already
    page.goto(f"{live_server.url}/my/records")
    opened.complaints.clear()
    page.context.set_offline(True)
    for address in ("", "rewards"):
        answer = page.goto(f"{live_server.url}/my/{address}")
        assert answer is not None
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        heading = page.get_by_role("heading", level=2)
        expect(heading).to_have_text(BALANCE)
        expect(page.locator(".big")).to_have_text("1,200 分")
    local = timezone.localtime()
    assert f"{local.month}月{local.day}日" in heading.inner_text()
    opened.shoot(name="my-offline-360-light")
    assert opened.violations() == []
    assert opened.overflow_px() == 0
    page.context.set_offline(False)
    page.get_by_role("link", name="再试一次").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("首页")
    page.goto(f"{live_server.url}/my/me")
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/my/sign-in")
    comes_to(page, CONTROLLED, "activated")
    comes_to(page, KEPT, None)
    page.context.set_offline(True)
    page.goto(f"{live_server.url}/my/")
    expect(page.get_by_role("heading", level=1)).to_have_text("没有网络")
    assert "1,200" not in page.content()
    opened.shoot(name="my-offline-nobody-360-light")


def test_what_chen_has_not_sent_outlives_mrs_zhangs_sign_out_on_the_phone_they_share(
    visit: Callable[..., Visit], live_server: LiveServer, grandma: User, chen: User, on_duty: Shift, bin_07: SmartBin
) -> None:
    bag = make_drop_off(smart_bin=bin_07, occurred_at=timezone.now())
    opened = visit(width=360)
    page = open_as(chen, opened, live_server)
    keeps_pages(page)
    page.context.set_offline(True)
    judge(page, bag.pk, "合格")
    expect(page.locator("#waiting")).to_contain_text("待发 1")
    sign_in(visit=opened, user=grandma, live_server=live_server)
    page.context.set_offline(False)
    page.goto(f"{live_server.url}/my/")
    comes_to(page, KEPT, "1,200")
    page.goto(f"{live_server.url}/my/me")
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/my/sign-in")
    comes_to(page, PERSONAL_CACHES, [])
    assert not Verification.objects.exists()
    page = open_as(chen, opened, live_server)
    expect(page.locator("#waiting")).to_be_hidden()
    assert Verification.objects.get().drop_off_id == bag.pk


def test_wang_on_the_same_phone_finds_nothing_of_mrs_zhang(
    visit: Callable[..., Visit], live_server: LiveServer, grandma: User, wang: Household
) -> None:
    opened = visit(width=360, scheme="dark")
    page = opened.page
    for user, address in (
        (grandma, ""),
        (make_resident(household=wang, name="王先生", phone="13800000009", now=timezone.now()), "records"),
    ):
        sign_in(visit=opened, user=user, live_server=live_server)
        page.goto(f"{live_server.url}/my/{address}")
        comes_to(page, KEPT, "1,200" if user is grandma else None)
    page.context.set_offline(True)
    page.goto(f"{live_server.url}/my/")
    expect(page.get_by_role("heading", level=1)).to_have_text("没有网络")
    assert "1,200" not in page.content()
    assert opened.violations() == []
    page.context.set_offline(False)
    # His own he sees, in the size of text that he chose.
    page.goto(f"{live_server.url}/my/me")
    page.get_by_role("button", name="换成大字").click()
    page.goto(f"{live_server.url}/my/")
    comes_to(page, KEPT, "0")
    page.wait_for_function(
        "async () => (await (await caches.match('/my/offline')).text()).includes('data-text=\"large\"')"
    )
    page.context.set_offline(True)
    page.goto(f"{live_server.url}/my/")
    expect(page.locator(".big")).to_have_text("0 分")
    opened.shoot(name="my-offline-360-dark-large")
    assert opened.overflow_px() == 0


def test_chromium_finds_nothing_that_keeps_it_from_installing(
    visit: Callable[..., Visit], live_server: LiveServer, grandma: User
) -> None:
    opened = visit(width=360)
    opened.page.goto(f"{live_server.url}/my/sign-in")
    devtools = opened.page.context.new_cdp_session(opened.page)
    manifest = devtools.send("Page.getAppManifest")
    assert manifest["url"].endswith("/my.webmanifest")
    assert manifest["errors"] == []
    errors = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [each["errorId"] for each in errors if each["errorId"] != "in-incognito"] == []
