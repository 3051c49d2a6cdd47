"""The back office in a real browser, under the platform's strict content security policy."""

from collections.abc import Callable

import pytest
from pytest_django.live_server_helper import LiveServer

from households.models import Household
from people.models import User
from tests.browser.conftest import Visit

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_administrator_signs_in_and_opens_a_household_with_a_reason(
    visit: Callable[..., Visit], live_server: LiveServer, zhang: Household
) -> None:
    User.objects.create_superuser(username="admin", password="admin-password-1")
    opened = visit(width=1440)
    page = opened.page
    page.goto(f"{live_server.url}/admin/")
    page.get_by_label("用户名").fill("admin")
    page.get_by_label("密码").fill("admin-password-1")
    page.get_by_role("button", name="登录").click()
    page.goto(f"{live_server.url}/admin/sorting/dropoff/")
    page.goto(f"{live_server.url}/admin/people/user/add/")
    page.goto(f"{live_server.url}/admin/households/household/{zhang.pk}/change/")
    opened.shoot(name="admin-reason-1440")
    page.get_by_label("查阅理由").fill("住户来电核对卡号")
    page.get_by_role("button", name="查阅").click()
    page.get_by_text(zhang.code).first.wait_for()
    opened.shoot(name="admin-household-1440")
    assert (opened.complaints, opened.outside_requests) == ([], [])
