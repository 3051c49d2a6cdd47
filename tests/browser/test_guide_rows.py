"""The guide's lists in a real browser, with rows in them: problems, teaching, the own week."""

from collections.abc import Callable

import pytest
from pytest_django.live_server_helper import LiveServer

from guides.models import Gathering, Problem
from lib.qr import read_qr
from people.models import User
from tests.browser.conftest import Visit
from tests.browser.guide_phone import CONTROLS, TOUCH_PX_MIN, open_as

pytestmark = pytest.mark.django_db(transaction=True)
VISIT = Callable[..., Visit]


def test_each_list_with_its_rows_is_accessible_fits_and_is_made_for_a_thumb(
    visit: VISIT, live_server: LiveServer, chen: User, a_week_of_chen: None
) -> None:
    opened = visit(width=360)
    page = open_as(chen, opened, live_server)
    overdue, gathering = Problem.objects.get(kind="OVERFLOW"), Gathering.objects.get()
    wrong: dict[tuple[str, int | str], object] = {}
    for name, address in {
        "problems": "problems",
        "problem": f"problems/{overdue.pk}",
        "teaching": "teaching",
        "gathering": f"teaching/{gathering.pk}",
        "duty": "duty",
    }.items():
        page.goto(f"{live_server.url}/guide/{address}")
        for width in (1440, 360):
            page.set_viewport_size({"width": width, "height": 800})
            opened.shoot(name=f"guide-{name}-{width}")
            wrong[name, width] = opened.overflow_px() > 0
        wrong[name, "thumb"] = [each for each in page.evaluate(CONTROLS) if each[1] < TOUCH_PX_MIN]
        wrong[name, "axe"] = opened.violations()
    assert {where: what for where, what in wrong.items() if what} == {}
    assert (opened.complaints, opened.outside_requests) == ([], [])
    page.goto(f"{live_server.url}/guide/teaching/{gathering.pk}")
    page.set_viewport_size({"width": 360, "height": 1_600})
    read = read_qr(data=page.locator(".sign-in-code").screenshot())
    assert read == f"{live_server.url}/my/attend/{gathering.token}", "the code on the screen opens the sign-in"
    page.goto(f"{live_server.url}/guide/problems")
    assert "✗ 超期" in page.inner_text(".problems li:first-child"), "the overdue one stands first"
