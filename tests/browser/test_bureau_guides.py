"""What officers see of the guides' work, in a real browser: with its rows, on a phone and on a desk."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from guides.models import RosterSlot
from people.models import User
from sorting.models import SmartBin
from tests.browser.conftest import Visit

pytestmark = pytest.mark.django_db(transaction=True)
VISIT = Callable[..., Visit]


def open_as_zhao(opened: Visit, *, zhao: User, server: LiveServer, address: str) -> Page:
    client = Client()
    client.force_login(zhao)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    opened.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": server.url}])
    opened.page.goto(f"{server.url}{address}")
    return opened.page


def test_each_screen_with_its_rows_is_accessible_and_fits_a_phone_and_a_desk(
    visit: VISIT, live_server: LiveServer, zhao: User, bin_07: SmartBin, a_week_of_chen: None
) -> None:
    opened = visit(width=360)
    page = open_as_zhao(opened, zhao=zhao, server=live_server, address="/bureau/registers")
    slot_id = RosterSlot.objects.order_by("-on_date").values_list("pk", flat=True)[0]
    found = {}
    for name, address in {
        "registers": "registers",
        "problems": "problems",
        "problems-done": "problems?done",
        "teaching": "teaching",
        "notices": "notices",
        "supervision": "supervision",
        "community-changes": f"communities/{bin_07.point.community_id}/changes",
        "tasks": f"tasks?community={bin_07.point.community_id}",
        "roster": "roster/",
        "roster-of-community": f"roster/{bin_07.point.community_id}",
        "roster-slot": f"roster/slots/{slot_id}",
    }.items():
        page.goto(f"{live_server.url}/bureau/{address}")
        for width in (1440, 360):
            page.set_viewport_size({"width": width, "height": 800})
            opened.shoot(name=f"bureau-{name}-{width}")
            found[name, width] = opened.overflow_px() > 0
        found[name, 0] = opened.violations() != []
    assert [where for where, is_wrong in found.items() if is_wrong] == []
    assert (opened.complaints, opened.outside_requests) == ([], [])


def test_zhao_fills_a_gap_with_two_taps_and_no_script(
    visit: VISIT, live_server: LiveServer, chen: User, zhao: User, bin_07: SmartBin
) -> None:
    opened = visit(width=360, has_script=False)
    page = open_as_zhao(opened, zhao=zhao, server=live_server, address=f"/bureau/roster/{bin_07.point.community_id}")
    page.get_by_role("link", name="下一周").click()
    page.get_by_role("link", name="空档").last.click()
    expect(page.get_by_label("从")).to_have_value("18:00")
    page.get_by_role("button", name="排上").click()
    expect(page.get_by_role("status")).to_have_text("排上了 1 班。")
    slot = RosterSlot.objects.get()
    assert (slot.guide, slot.on_date.weekday(), slot.starts_at) == (chen, 6, dt.time(18))
