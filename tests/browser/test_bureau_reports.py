"""A value in a real browser: due, entered by He, returned by Qian, entered again; on a phone and at a desk."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from indicators.models import IndicatorValue
from indicators.services.reporting import set_deadline
from people.models import User
from tests.browser.conftest import Visit
from tests.reports import PDF, YEAR, make_reporter, make_reviewer

pytestmark = pytest.mark.django_db(transaction=True)


def test_he_enters_a_value_by_phone_qian_returns_it_at_a_desk_and_he_enters_it_again(
    visit: Callable[..., Visit], live_server: LiveServer, zhao: User, tmp_path: Path
) -> None:
    make_reporter()
    make_reviewer()
    now = timezone.now()
    due_on = timezone.localdate(now) - dt.timedelta(days=3)
    set_deadline(indicator=None, starts_on=YEAR[0], ends_on=YEAR[1], due_on=due_on, officer=zhao, now=now)
    (tmp_path / "年报.pdf").write_bytes(PDF)
    phone, desk = visit(width=360, scheme="dark"), visit(width=1_440)

    def sign_in(opened: Visit, name: str) -> None:
        page = opened.page
        page.goto(f"{live_server.url}/sign-in")
        page.get_by_label("用户名").fill(name)
        page.get_by_label("密码").fill(f"{name}-password-1")
        page.get_by_role("button", name="登录").click()
        page.get_by_role("heading", name="部门填报").wait_for()

    def look(opened: Visit, step: str) -> None:
        opened.shoot(name=f"bureau-reports-{step}")
        assert opened.violations() == [], step
        assert opened.overflow_px() <= 0, step

    def enter(value: str) -> None:
        phone.page.get_by_label("数值").fill(value)
        phone.page.get_by_label("佐证材料").set_input_files(tmp_path / "年报.pdf")
        phone.page.get_by_role("button", name="填报,交审核").click()

    sign_in(phone, "he")
    look(phone, "list")
    phone.page.get_by_role("link", name="填报 一般工业固体废物综合利用率", exact=True).click()
    look(phone, "enter")
    enter("81.5")
    phone.page.get_by_text("已填报,等审核").wait_for()
    sign_in(desk, "qian")
    look(desk, "waiting")
    desk.page.get_by_role("link", name="81.5 %").first.click()
    desk.page.get_by_label("理由(退回必填)").fill("与年报不符")
    look(desk, "review")
    desk.page.get_by_role("button", name="退回").click()
    desk.page.get_by_text("已退回").first.wait_for()
    phone.page.get_by_role("link", name="所有填报").click()
    phone.page.get_by_role("link", name="填报 一般工业固体废物综合利用率", exact=True).click()
    enter("80.1")
    phone.page.get_by_text("第 2 次").wait_for()
    look(phone, "again")
    assert [value.attempt for value in IndicatorValue.objects.order_by("attempt")] == [1, 2]
    for opened in (phone, desk):
        assert (opened.complaints, opened.outside_requests) == ([], [])
