"""A bin's pages of the back office in a real browser, under the platform's strict content security policy."""

import datetime as dt
from collections.abc import Callable

import pytest
from pytest_django.live_server_helper import LiveServer

from people.models import User
from sorting.models import Alert, AlertKind, RefusedEvent, SmartBin
from tests.browser.conftest import Visit
from tests.sorting.test_replay_refused import refuse_as_in_the_future

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


def test_zhao_replays_a_clock_that_was_off_and_makes_a_claim_code_on_a_phone_and_at_a_desk(
    visit: Callable[..., Visit], live_server: LiveServer, bin_07: SmartBin, now: dt.datetime
) -> None:
    User.objects.create_superuser(username="admin", password="admin-password-1")
    refuse_as_in_the_future(bin_07, now)
    kept = RefusedEvent.objects.get()
    opened = visit(width=1440)
    page = opened.page
    page.goto(f"{live_server.url}/admin/")
    page.get_by_label("用户名").fill("admin")
    page.get_by_label("密码").fill("admin-password-1")
    page.get_by_role("button", name="登录").click()

    def look(name: str) -> None:
        assert opened.complaints == []
        for width in (1440, 360):
            page.set_viewport_size({"width": width, "height": 800})
            opened.shoot(name=f"{name}-{width}")
            # Django's own trail of links stands on a dark bar without underlines.
            found = [each for each in opened.violations() if ".breadcrumbs" not in each]
            assert (found, opened.overflow_px()) == ([], 0)
        page.set_viewport_size({"width": 1440, "height": 800})
        opened.complaints.clear()  # axe writes styles of its own, which the policy refuses

    page.goto(f"{live_server.url}/admin/sorting/refusedevent/")
    page.locator(f"input[name=_selected_action][value='{kept.pk}']").check()
    page.locator("select[name=action]").select_option("replay")
    page.locator("button[name=index]").click()
    page.get_by_label("快了").check()
    page.get_by_label("小时").fill("3")
    page.get_by_label("依据").fill("现场看到桶上是 15:00,实际 12:00")
    page.get_by_role("button", name="预览").click()
    page.get_by_text("可以接收").wait_for()
    look("admin-replay")
    page.get_by_role("button", name="按此重放").click()
    page.get_by_text("已接收 1 条").wait_for()
    page.goto(f"{live_server.url}/admin/sorting/binclaim/add/")
    look("admin-claim-ask")
    page.get_by_label("投放点").select_option(label="东门")
    page.get_by_label("桶号").fill("B-0009")
    page.get_by_role("button", name="生成认领码").click()
    page.get_by_text("认领码只显示这一次").wait_for()
    look("admin-claim-code")
    assert (opened.complaints, opened.outside_requests) == ([], [])
