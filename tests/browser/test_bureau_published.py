"""Publishing a month in a real browser: Zhao proposes at a desk, Qian confirms on a phone, late data stands beside."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from households.models import Community
from indicators.services.publishing import month_of
from people.models import User
from tests.browser.conftest import DAY, Visit
from tests.builders import make_load

pytestmark = pytest.mark.django_db(transaction=True)


def sign_in(*, page: Page, live_server: LiveServer, name: str) -> None:
    """To the list of published months."""
    page.goto(f"{live_server.url}/sign-in?next=/bureau/published")
    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码").fill(f"{name}-password-1")
    page.get_by_role("button", name="登录").click()
    page.goto(f"{live_server.url}/bureau/published")


def looked_at(*, opened: Visit, name: str) -> None:
    """A picture is kept, and nothing is wrong with the screen."""
    opened.shoot(name=name)
    assert opened.violations() == []
    assert opened.overflow_px() <= 0


def test_zhao_proposes_a_month_and_qian_confirms_it_and_late_data_stands_beside_it(
    visit: Callable[..., Visit],
    live_server: LiveServer,
    zhao: User,
    qian: User,
    east_lake: Community,
    west_park: Community,
) -> None:
    last_month = month_of(day=month_of(day=timezone.localdate()).starts_on - DAY)
    on, words = last_month.starts_on, f"{last_month.starts_on:%Y-%m} 初步数据"
    for community, destination, weight_g in (
        (east_lake, "RECYCLING", 300_000),
        (east_lake, "LANDFILL", 700_000),
        (west_park, "LANDFILL", 500_001),
    ):
        make_load(community=community, category="RECYCLABLE", destination=destination, weight_g=weight_g, on=on)
    zhaos = visit(width=1_440, scheme="light")
    sign_in(page=zhaos.page, live_server=live_server, name="zhao")
    zhaos.page.get_by_label("月份").select_option(label=words)
    zhaos.page.get_by_role("button", name="查看数据").click()
    looked_at(opened=zhaos, name="bureau-publication-draft-1440")
    zhaos.page.get_by_role("button", name="提议发布以上数据").click()
    zhaos.page.get_by_text("已提议").wait_for()
    qians = visit(width=360, scheme="dark")
    sign_in(page=qians.page, live_server=live_server, name="qian")
    looked_at(opened=qians, name="bureau-published-360")
    qians.page.get_by_role("link", name=f"查看并确认 {words}").click()
    qians.page.get_by_text("和提议时一样").wait_for()
    looked_at(opened=qians, name="bureau-publication-proposal-360")
    qians.page.get_by_role("button", name="确认发布以上数据").click()
    qians.page.get_by_text("数据已固定").wait_for()
    make_load(
        community=east_lake,
        category="FOOD",
        destination="COMPOSTING",
        weight_g=250_000,
        on=on,
        received_at=timezone.now(),
    )
    for opened, width in ((zhaos, 1_440), (qians, 360)):
        page = opened.page
        page.goto(f"{live_server.url}/bureau/published")
        looked_at(opened=opened, name=f"bureau-published-list-{width}")
        page.get_by_role("link", name=f"{on:%Y-%m}", exact=True).click()
        expect(page.get_by_text("+14.0 个百分点")).to_be_visible()
        page.get_by_role("link", name="东湖花园").click()
        page.get_by_role("heading", name="东湖花园的数据").wait_for()
        looked_at(opened=opened, name=f"bureau-publication-{width}")
        page.get_by_role("link", name="操作记录", exact=True).click()
        page.get_by_text("确认 初步数据").wait_for()
        looked_at(opened=opened, name=f"bureau-audit-{width}")
        assert (opened.complaints, opened.outside_requests) == ([], [])
