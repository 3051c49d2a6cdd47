"""The quality of the data in a real browser: read at a desk and on a phone."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from households.models import Community, Household
from people.models import User
from sorting.models import SmartBin
from tests.browser.conftest import Visit
from tests.builders import make_community_day, make_load

pytestmark = pytest.mark.django_db(transaction=True)


def test_zhao_sees_which_figures_can_be_trusted(
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
        assert (opened.complaints, opened.outside_requests) == ([], [])
