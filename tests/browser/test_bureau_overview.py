"""The officers' first screen in a real browser: small, large, dark, on a wall and on paper."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from households.models import Community, Household
from people.models import User
from sorting.models import SmartBin
from tests.browser.conftest import Visit
from tests.builders import make_community_day, make_household_day, make_load

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("width", "scheme"), [(1_440, "light"), (360, "dark")])
def test_officer_zhao_reads_the_month_in_a_minute(
    width: int,
    scheme: str,
    visit: Callable[..., Visit],
    live_server: LiveServer,
    zhao: User,
    bin_07: SmartBin,
    east_lake: Community,
    west_park: Community,
    zhang: Household,
) -> None:
    today = timezone.localdate()
    for number in range(40):
        on = today - dt.timedelta(days=number)
        if number in (3, 4):
            continue
        make_community_day(community=east_lake, on=on, category="FOOD", weight_g=9_000 + 400 * (number % 7))
        make_community_day(community=east_lake, on=on, category="RESIDUAL", weight_g=14_000 - 300 * (number % 5))
        make_load(community=east_lake, category="FOOD", destination="COMPOSTING", weight_g=900_000, on=on)
        make_load(community=east_lake, category="RESIDUAL", destination="INCINERATION", weight_g=1_400_000, on=on)
    make_household_day(household=zhang, on=today)
    opened = visit(width=width, scheme=scheme)
    page = opened.page
    page.goto(f"{live_server.url}/sign-in")
    page.get_by_label("用户名").fill("zhao")
    page.get_by_label("密码").fill("zhao-password-1")
    page.get_by_role("button", name="登录").click()
    page.get_by_role("heading", name="对照目标").wait_for()
    opened.shoot(name=f"bureau-overview-{width}-{scheme}")
    assert opened.violations() == []
    assert opened.overflow_px() <= 0
    for name, address in (
        ("figure", "figures/recovery_rate.weighed"),
        ("community", f"communities/{east_lake.pk}?on={today}"),
        ("ranking", "ranking?sort=participation"),
        ("household", f"households/{zhang.pk}"),
        ("plan", "plan"),
    ):
        page.goto(f"{live_server.url}/bureau/{address}")
        opened.shoot(name=f"bureau-{name}-{width}-{scheme}")
        assert opened.violations() == [], name
        assert opened.overflow_px() <= 0, name
    page.goto(f"{live_server.url}/bureau/")
    page.get_by_role("combobox", name="趋势").select_option("week")
    page.get_by_role("button", name="查看").click()
    page.wait_for_url("**by=week**")
    if width == 1_440:
        page.get_by_role("link", name="大屏").click()
        page.wait_for_url("**wall=1**")
        page.set_viewport_size({"width": 1_920, "height": 1_080})
        opened.shoot(name="bureau-wall")
        assert not page.get_by_role("button", name="查看").is_visible()
        assert opened.violations() == []
        assert opened.overflow_px() <= 0
        page.goto(f"{live_server.url}/bureau/")
        page.set_viewport_size({"width": 794, "height": 1_123})  # A4 at 96 dots an inch
        page.emulate_media(media="print", color_scheme="dark")
        opened.shoot(name="bureau-overview-paper")
        assert not page.get_by_role("button", name="查看").is_visible()
        assert page.get_by_role("table").first.is_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert opened.overflow_px() <= 0
    assert (opened.complaints, opened.outside_requests) == ([], [])
