"""The bureau's survey in a real browser: Zhao asks at a desk, Mrs Zhang answers by phone and reports a full bin."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from households.models import Household
from people.models import User
from sorting.models import SmartBin
from tests.browser.conftest import Visit
from tests.browser.test_bureau_guides import open_as_zhao
from tests.browser.test_my import sign_in
from tests.guides.test_spot_checks import a_photo
from tests.pages.my.conftest import PHONE, make_resident

pytestmark = pytest.mark.django_db(transaction=True)


def look(opened: Visit, step: str) -> None:
    """Nothing for axe to complain of, nothing wider than the window."""
    opened.shoot(name=step)
    assert opened.violations() == [], step
    assert opened.overflow_px() <= 0, step


def test_zhao_asks_mrs_zhang_answers_and_zhao_sees_who_is_silent(
    visit: Callable[..., Visit], live_server: LiveServer, zhao: User, zhang: Household, li: Household, bin_07: SmartBin
) -> None:
    desk, phone = visit(width=1_440), visit(width=360, scheme="dark")
    page = open_as_zhao(desk, zhao=zhao, server=live_server, address="/bureau/surveys/")
    today = f"{timezone.localdate()}"
    page.get_by_label("名称").fill("2026 年秋季问卷")
    for field in ("从哪天起", "到哪天止"):
        page.get_by_label(field).fill(today)
    look(desk, "bureau-surveys-1440")
    page.get_by_role("button", name="发起问卷").click()
    page.get_by_text("问卷已发起").wait_for()

    grandma = make_resident(household=zhang, name="张奶奶", phone=PHONE, now=timezone.now())
    sign_in(visit=phone, user=grandma, live_server=live_server)
    phone.page.goto(f"{live_server.url}/my/")
    look(phone, "my-home-survey")
    phone.page.get_by_role("link", name="去答问卷").click()
    for word in ("没有收到过", "知道", "比较满意"):
        phone.page.get_by_label(word, exact=True).check()
    look(phone, "my-survey")
    phone.page.get_by_role("button", name="提交").click()
    phone.page.get_by_text("已收到，谢谢").wait_for()
    look(phone, "my-survey-answered")

    phone.page.goto(f"{live_server.url}/my/problems")
    phone.page.get_by_label("桶满了").check()
    phone.page.get_by_label("照片").set_input_files({"name": "b.jpg", "mimeType": "image/jpeg", "buffer": a_photo()})
    look(phone, "my-problems")
    phone.page.get_by_role("button", name="提交").click()
    phone.page.get_by_text("处理好了有消息").wait_for()
    look(phone, "my-problems-reported")

    page.reload()
    assert page.get_by_role("row", name="东湖花园").inner_text().split() == ["东湖花园", "2", "1", "1", "—", "—", "—"]
    look(desk, "bureau-survey-1440")
    page.set_viewport_size({"width": 360, "height": 800})
    look(desk, "bureau-survey-360")
    page.goto(f"{live_server.url}/bureau/surveys/")
    look(desk, "bureau-surveys-360")
    assert desk.complaints == phone.complaints == desk.outside_requests == phone.outside_requests == []
