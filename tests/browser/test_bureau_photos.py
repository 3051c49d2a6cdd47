"""Photos that look alike and one photo, in a real browser: small, large, dark, with a reason before the picture."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from people.models import User
from sorting.models import SmartBin
from sorting.services.photos import record_photo
from tests.browser.conftest import Visit
from tests.builders import make_drop_off
from tests.lib.test_pictures import saved, scene

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("width", "scheme"), [(1_440, "light"), (360, "dark")])
def test_officer_zhao_opens_one_of_two_photos_that_look_alike(
    width: int,
    scheme: str,
    visit: Callable[..., Visit],
    live_server: LiveServer,
    zhao: User,
    bin_07: SmartBin,
    photos_dir: Path,
    now: dt.datetime,
) -> None:
    for number in (1, 2, 3):
        moment = now + dt.timedelta(minutes=number)
        make_drop_off(smart_bin=bin_07, occurred_at=moment, event_id=f"e-{number}")
        record_photo(smart_bin=bin_07, event_id=f"e-{number}", data=saved(scene()), received_at=moment)
    opened = visit(width=width, scheme=scheme)
    page = opened.page
    page.goto(f"{live_server.url}/sign-in")
    page.get_by_label("用户名").fill("zhao")
    page.get_by_label("密码").fill("zhao-password-1")
    page.get_by_role("button", name="登录").click()
    page.get_by_role("link", name="积分", exact=True).click()
    page.get_by_role("link", name="相似照片").click()
    page.get_by_text("完全相同").first.wait_for()
    steps = ["list", "asked", "open"]
    for step in steps:
        opened.shoot(name=f"bureau-photos-{step}-{width}-{scheme}")
        assert opened.violations() == [], step
        assert opened.overflow_px() <= 0, step
        if step == "list":
            page.get_by_role("link", name="2026-11-23 12:01").first.click()
            page.get_by_label("查看理由").wait_for()
        elif step == "asked":
            page.get_by_label("查看理由").fill("同一张照片,核对是不是同一袋")
            page.get_by_role("button", name="查看照片").click()
            picture = page.get_by_role("img", name="东湖花园 · 东门 的投放照片")
            picture.wait_for()
            assert picture.evaluate("each => each.decode().then(() => each.naturalWidth)") == 800
    assert (opened.complaints, opened.outside_requests) == ([], [])
