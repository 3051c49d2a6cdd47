"""The map of the points in a real browser: from our own address, walked by keyboard; without a script, the list."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from households.models import Household
from sorting.models import SmartBin
from tests.browser.conftest import Visit
from tests.browser.test_my import sign_in
from tests.pages.my.conftest import make_resident
from tests.places import draw_map

pytestmark = pytest.mark.django_db(transaction=True)


def test_mrs_zhang_finds_the_next_point_by_keyboard_and_without_a_script_in_the_list(
    visit: Callable[..., Visit], live_server: LiveServer, zhang: Household, bin_07: SmartBin
) -> None:
    draw_map(bin_07=bin_07, now=timezone.now())
    grandma = make_resident(household=zhang, name="张奶奶", phone="13800000001", now=timezone.now())
    for scheme in ("light", "dark"):
        seen = visit(width=360, scheme=scheme)
        sign_in(visit=seen, user=grandma, live_server=live_server)
        page = seen.page
        page.goto(f"{live_server.url}/my/points")
        expect(page.locator("#points-map[data-ready]")).to_be_visible()
        expect(page.locator("#points-map path.area.own")).to_have_count(1)
        expect(page.locator("#points-map .area-name")).to_have_text("东湖花园")
        marks = page.locator("#points-map").get_by_role("button", name="门")
        assert [each.get_attribute("aria-label") for each in marks.all()] == [
            "1 东门",
            "2 北门",
            "4 南苑正门",
            "5 南苑后门",
        ]
        seen.shoot(name=f"my-points-360-{scheme}-map")
        assert seen.violations() == []
        assert seen.overflow_px() <= 0
        marks.nth(1).focus()
        page.keyboard.press("Enter")
        north = page.get_by_role("region", name="2 北门")
        expect(north).to_be_focused()
        expect(north).to_be_in_viewport()
        assert seen.complaints == seen.outside_requests == []
    plain = visit(width=360, has_script=False)
    sign_in(visit=plain, user=grandma, live_server=live_server)
    plain.page.goto(f"{live_server.url}/my/points")
    expect(plain.page.get_by_role("region", name="2 北门")).to_contain_text("离您家投放点约 300 米")
    expect(plain.page.get_by_role("heading", name="地图")).to_be_hidden()
