"""A bin's pages of the back office in a real browser, under the platform's strict content security policy."""

import datetime as dt
from collections.abc import Callable

import pytest
from pytest_django.live_server_helper import LiveServer

from people.models import User
from sorting.models import Alert, AlertKind, SmartBin
from tests.browser.conftest import Visit

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_administrator_sees_an_alert_and_makes_a_new_key(
    visit: Callable[..., Visit], live_server: LiveServer, bin_07: SmartBin, now: dt.datetime
) -> None:
    User.objects.create_superuser(username="admin", password="admin-password-1")
    Alert.objects.create(
        bin=bin_07, kind=AlertKind.OFFLINE, detail="最后联系 2026-11-23 11:40", opened_at=now, last_seen_at=now
    )
    opened = visit(width=1440)
    page = opened.page
    page.goto(f"{live_server.url}/admin/")
    page.get_by_label("用户名").fill("admin")
    page.get_by_label("密码").fill("admin-password-1")
    page.get_by_role("button", name="登录").click()
    page.goto(f"{live_server.url}/admin/sorting/alert/")
    opened.shoot(name="admin-alerts-1440")
    page.goto(f"{live_server.url}/admin/sorting/smartbin/{bin_07.pk}/change/")
    page.get_by_role("link", name="生成新密钥").click()
    opened.shoot(name="admin-key-ask-1440")
    page.get_by_role("button", name="生成新密钥").click()
    page.get_by_text("whsec_").wait_for()
    opened.shoot(name="admin-key-1440")
    assert (opened.complaints, opened.outside_requests) == ([], [])
