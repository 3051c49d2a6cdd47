"""What officers see of the guides' work, in a real browser: with its rows, on a phone and on a desk."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from guides.models import GuideAssignment, Problem, RosterSlot, Shift
from guides.services.problems import rectify_problem, report_problem
from guides.services.teaching import Planned, hold_gathering, sign_in_by_code
from households.models import Household
from people.models import User
from sorting.models import CollectionPoint, SmartBin
from tests.browser.conftest import Visit
from tests.guides.test_spot_checks import a_photo

pytestmark = pytest.mark.django_db(transaction=True)
VISIT = Callable[..., Visit]
DAY = dt.timedelta(days=1)


@pytest.fixture
def a_week_of_chen(chen: User, ming: User, zhang: Household, bin_07: SmartBin) -> None:
    """Shifts planned, missed, late and given to a substitute; problems overdue and put right; an event with Zhang."""
    now, today, point = timezone.now(), timezone.localdate(), bin_07.point
    CollectionPoint.objects.create(community=point.community, name="西南门智慧垃圾分类投放房")
    for number in range(7):
        for starts, ends in ((7, 9), (18, 20))[: 2 - number % 2]:
            RosterSlot.objects.create(
                guide=(chen, ming)[number == 5],
                stands_in_for=chen if number == 5 else None,
                point=point,
                on_date=today + (number - today.weekday()) * DAY,
                starts_at=dt.time(starts),
                ends_at=dt.time(ends),
            )
    Shift.objects.create(guide=chen, point=point, started_at=now - dt.timedelta(minutes=65))
    for number, kind in enumerate(("OVERFLOW", "DIRTY", "OTHER")):
        problem = report_problem(
            guide=chen,
            point_id=point.pk,
            bin_id=bin_07.pk if number else None,
            kind=kind,
            now=now,
            note="投放房外堆了两袋装修垃圾,已请物业联系清运公司,今天下午来拉。" if number == 2 else "",
            client_id=kind,
            photo=a_photo(),
        )
    rectify_problem(guide=chen, problem_id=problem.pk, now=now, note="已清运", photo=a_photo())
    Problem.objects.filter(kind="OVERFLOW").update(found_at=now - 3 * DAY, due_at=now - DAY)
    GuideAssignment.objects.filter(guide=ming).update(starts_on=dt.date(2026, 1, 1))
    planned = Planned(
        kind="EVENT", topic="垃圾分类换大米", starts_at=now - dt.timedelta(hours=1), ends_at=now + dt.timedelta(hours=3)
    )
    gathering = hold_gathering(
        guide=chen, community_id=point.community_id, planned=planned, now=now, client_id="g", photo=a_photo()
    )
    sign_in_by_code(guide=chen, gathering_id=gathering.pk, text=zhang.code, now=now)


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
