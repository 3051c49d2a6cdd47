"""A programme's journey in a real browser: drafted and simulated by Zhao, approved by Qian; small, large, dark."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from households.models import Household
from people.models import User
from points.models import Programme
from sorting.models import SmartBin
from tests.browser.conftest import Visit
from tests.builders import at, make_drop_off
from tests.pages.bureau.test_programmes import make_officer
from worker.tally import drain

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("width", "scheme"), [(1_440, "light"), (360, "dark")])
def test_zhao_drafts_half_for_food_sees_who_loses_and_qian_approves(
    width: int,
    scheme: str,
    visit: Callable[..., Visit],
    live_server: LiveServer,
    zhao: User,
    zhang: Household,
    li: Household,
    bin_07: SmartBin,
) -> None:
    make_officer(name="qian")
    today = timezone.localdate()
    for days_ago in range(1, 29):
        for household in (zhang, li)[: 1 + days_ago % 2]:
            on = today - dt.timedelta(days=days_ago)
            make_drop_off(smart_bin=bin_07, household=household, occurred_at=at(on=on), is_tallied=False)
    drain(now=timezone.now())
    opened = visit(width=width, scheme=scheme)
    page = opened.page

    def sign_in(name: str) -> None:
        page.goto(f"{live_server.url}/sign-in")
        page.get_by_label("用户名").fill(name)
        page.get_by_label("密码").fill(f"{name}-password-1")
        page.get_by_role("button", name="登录").click()
        page.get_by_role("link", name="积分", exact=True).click()

    def look(step: str) -> None:
        opened.shoot(name=f"bureau-programmes-{step}-{width}-{scheme}")
        assert opened.violations() == [], step
        assert opened.overflow_px() <= 0, step

    sign_in("zhao")
    page.get_by_role("heading", name="所有方案").wait_for()
    look("list")
    page.get_by_role("button", name="起草").click()
    page.get_by_label("方案名称").fill("厨余减半")
    page.get_by_label("为什么修改").fill("预算有限")
    food = page.get_by_role("group", name="厨余垃圾", exact=True)
    food.get_by_label("积分", exact=True).fill("5")
    food.get_by_label("时段外积分").fill("2")
    look("draft")
    page.get_by_role("button", name="保存,去试算").click()
    page.get_by_role("button", name="开始试算").click()
    # It goes on by itself from here.
    page.get_by_text("积分与费用").first.wait_for()
    look("simulated")
    page.get_by_role("button", name="退出").click()
    sign_in("qian")
    page.get_by_role("link", name="厨余减半").click()
    page.get_by_role("button", name="批准", exact=True).click()
    page.get_by_text("厨余减半:已批准").wait_for()
    look("approved")
    assert Programme.objects.get(name="厨余减半").state == "APPROVED"
    assert (opened.complaints, opened.outside_requests) == ([], [])
