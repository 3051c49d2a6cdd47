"""What officers see of the guides' work, in a real browser."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from people.models import User
from sorting.models import SmartBin
from tests.browser.conftest import Visit

pytestmark = pytest.mark.django_db(transaction=True)
VISIT = Callable[..., Visit]


@pytest.mark.parametrize(("name", "width"), [("registers", 360), ("problems", 1440), ("teaching", 360)])
def test_the_screen_is_accessible_and_fits(
    name: str, width: int, visit: VISIT, live_server: LiveServer, chen: User, zhao: User, bin_07: SmartBin
) -> None:
    opened = visit(width=width)
    client = Client()
    client.force_login(zhao)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    opened.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    opened.page.goto(f"{live_server.url}/bureau/{name}")
    opened.shoot(name=f"bureau-{name}-{width}")
    assert opened.violations() == []
    assert opened.overflow_px() <= 0
    assert (opened.complaints, opened.outside_requests) == ([], [])
