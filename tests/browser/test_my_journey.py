"""Mrs Zhang on her phone from the sign-in code to leaving, over one bag that a bin sends; a picture of each step."""

import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from households.models import Household
from indicators.services.surveys import open_round
from people.models import User
from people.services import send_waiting_codes
from simulation.client import BinIdentity, DeviceClient
from simulation.keys import bin_keys
from sorting.models import SmartBin
from tests.browser.conftest import Visit
from tests.browser.test_my import grandma  # noqa: F401 - a fixture
from tests.browser.waiting import comes_to
from tests.pages.my.test_signing_in import Pocket
from worker.tally import drain

pytestmark = pytest.mark.django_db(transaction=True)
DAY = dt.timedelta(days=1)
KEPT = """async () => {
  const kept = await caches.match('/my/', {cacheName: 'my-seen'});
  return kept ? (await kept.json()).available : null;
}"""
PERSONAL_CACHES = """async () => (await caches.keys()).filter((name) => !name.includes('-files-'))"""


def test_mrs_zhang_from_signing_in_to_leaving(
    visit: Callable[..., Visit],
    live_server: LiveServer,
    grandma: User,  # noqa: F811
    zhang: Household,
    bin_07: SmartBin,
    zhao: User,
    tmp_path: Path,
) -> None:
    now = timezone.now()
    today = timezone.localdate(now)
    open_round(name="秋季问卷", starts_on=today, ends_on=today + 6 * DAY, officer=zhao, now=now)
    opened = visit(width=360)
    page = opened.page

    def step(name: str) -> None:
        opened.shoot(name=f"my-journey-{name}")
        assert opened.violations() == [], name
        assert opened.overflow_px() <= 0, name

    # In, by phone and code.
    page.goto(f"{live_server.url}/my/")
    page.get_by_label("手机号").fill("138 0000 0001")
    page.get_by_role("button", name="获取验证码").click()
    pocket = Pocket()
    page.get_by_label("验证码").wait_for()
    send_waiting_codes(sender=pocket, clock=timezone.now)
    page.get_by_label("验证码").fill(pocket.codes[-1])
    step("1-code")
    page.get_by_role("button", name="登录").click()
    page.get_by_text("今天投放 2 次").wait_for()
    comes_to(page, KEPT, "100")

    # A bin sends a bag, signed, and its points arrive with the reason.
    key = bin_keys(bins=[bin_07], now=now)[bin_07.code]
    with DeviceClient(base_url=live_server.url) as client:
        client.send(
            sender=BinIdentity(code=bin_07.code, key=key),
            boot_id="7f3a",
            events=[
                {
                    "event_id": "journey-1",
                    "card": "A0000001",
                    "method": "CARD",
                    "category": "RECYCLABLE",
                    "weight_g": 1_200,
                    "occurred_at": now.isoformat(),
                }
            ],
        )
    drain(now=timezone.now())
    page.reload()
    bag = page.get_by_role("listitem").filter(has_text="可回收物 1.20 千克")
    expect(bag).to_contain_text("+60 分")
    expect(bag).to_contain_text("50")  # points a kilogram: the sentence says why
    expect(page.get_by_text("今天投放 3 次")).to_be_visible()
    step("2-points-arrived")

    # What she does not agree with she disputes.
    bag.get_by_role("link", name="有疑问").click()
    page.get_by_label("重量不对").check()
    page.get_by_label("说明").fill("称轻了")
    step("3-dispute")
    page.get_by_role("button", name="提交").click()
    page.goto(f"{live_server.url}/my/appeals")
    expect(page.get_by_role("main")).to_contain_text("称轻了")
    step("4-disputed")

    # A reward, its code to show, and a change of mind.
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="兑换").click()
    page.get_by_role("main").get_by_role("link", name="兑换", exact=True).click()
    page.get_by_role("button", name="确认兑换").click()
    page.get_by_text(re.compile(r"\d{4} \d{4} \d{4}")).wait_for()
    step("5-redeemed")
    page.get_by_role("button", name="不要了").click()
    page.get_by_text("积分退回来了").wait_for()
    step("6-cancelled")

    # The bureau's survey, from home.
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="首页").click()
    page.get_by_role("link", name="去答问卷").click()
    for word in ("没有收到过", "知道", "比较满意"):
        page.get_by_label(word, exact=True).check()
    page.get_by_role("button", name="提交").click()
    page.get_by_text("已收到，谢谢").wait_for()
    step("7-survey")

    # Everything that is stored about the home, and out: nothing of it stays on the phone.
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="我的").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载全部数据").click()
    download.value.save_as(tmp_path / "own.json")
    own = json.loads((tmp_path / "own.json").read_text())
    assert (own["household"]["code"], own["appeals"][0]["words"]) == (zhang.code, "称轻了")
    assert 1_200 in {each["weight_g"] for each in own["drop_offs"]}
    page.get_by_role("link", name="退出并删除").click()
    page.get_by_label("户码").fill(zhang.code)
    step("8-leaving")
    page.get_by_role("button", name="退出并删除").click()
    page.wait_for_url(f"{live_server.url}/")
    comes_to(page, PERSONAL_CACHES, [])
    page.goto(f"{live_server.url}/my/")
    page.get_by_label("手机号").wait_for()
    step("9-left")
    assert opened.complaints == opened.outside_requests == []
