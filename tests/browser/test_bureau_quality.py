"""The quality of the data and the monthly report in a real browser: read at a desk and on a phone."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from households.models import Community, Household
from people.models import User
from sorting.models import SmartBin
from tests.browser.conftest import Visit
from tests.builders import make_community_day, make_load
from worker.tasks import make_monthly_reports

pytestmark = pytest.mark.django_db(transaction=True)


def test_zhao_sees_which_figures_can_be_trusted_and_takes_the_month_along(
    visit: Callable[..., Visit],
    live_server: LiveServer,
    zhao: User,
    bin_07: SmartBin,
    zhang: Household,
    west_park: Community,
) -> None:
    today = timezone.localdate()
    for number in range(20):
        on = today - dt.timedelta(days=number)
        for category in ("FOOD", "RESIDUAL"):
            make_community_day(community=bin_07.point.community, on=on, category=category, drop_off_count=1_234)
    make_load(community=zhang.community, category="FOOD", destination="COMPOSTING", weight_g=900_000, on=today)
    for width, scheme in ((1_440, "light"), (360, "dark")):
        opened = visit(width=width, scheme=scheme)
        page = opened.page
        page.goto(f"{live_server.url}/sign-in")
        page.get_by_label("用户名").fill("zhao")
        page.get_by_label("密码").fill("zhao-password-1")
        page.get_by_role("button", name="登录").click()
        page.get_by_role("link", name="数据质量", exact=True).click()
        page.get_by_role("heading", name="各小区得分").wait_for()
        opened.shoot(name=f"bureau-quality-{width}-{scheme}")
        assert opened.violations() == []
        assert opened.overflow_px() <= 0
        page.goto(f"{live_server.url}/bureau/accuracy")
        page.get_by_role("heading", name="其他核验:不是准确率").wait_for()
        opened.shoot(name=f"bureau-accuracy-{width}-{scheme}")
        assert opened.violations() == []
        assert opened.overflow_px() <= 0
        page.get_by_role("link", name="发布", exact=True).click()
        page.get_by_role("link", name="月报", exact=True).click()
        page.get_by_role("button", name="生成", exact=True).click()
        page.get_by_text("等待生成").wait_for()
        opened.shoot(name=f"bureau-monthly-waiting-{width}-{scheme}")
        assert opened.violations() == []
        make_monthly_reports()
        expect(page.get_by_role("link", name="Excel")).to_have_count(1 if width == 1_440 else 2)
        opened.shoot(name=f"bureau-monthly-{width}-{scheme}")
        assert opened.violations() == []
        assert opened.overflow_px() <= 0
        assert (opened.complaints, opened.outside_requests) == ([], [])
