"""A truck in a real browser: entered on a phone at the scale, shared and corrected at a desk."""

from collections.abc import Callable

import pytest
from pytest_django.live_server_helper import LiveServer

from collection.queries import standing_loads
from households.models import Community
from people.models import User
from tests.browser.conftest import Visit

pytestmark = pytest.mark.django_db(transaction=True)


def test_zhao_enters_a_truck_by_phone_and_corrects_it_at_a_desk(
    visit: Callable[..., Visit], live_server: LiveServer, zhao: User, east_lake: Community, west_park: Community
) -> None:
    phone, desk = visit(width=360, scheme="dark"), visit(width=1_440)

    def sign_in(opened: Visit) -> None:
        page = opened.page
        page.goto(f"{live_server.url}/sign-in")
        page.get_by_label("用户名").fill("zhao")
        page.get_by_label("密码").fill("zhao-password-1")
        page.get_by_role("button", name="登录").click()
        page.get_by_role("link", name="填报", exact=True).click()
        page.get_by_role("link", name="清运单", exact=True).click()
        page.get_by_role("heading", name="清运单", exact=True).wait_for()

    def look(opened: Visit, step: str) -> None:
        opened.shoot(name=f"bureau-loads-{step}")
        assert opened.violations() == [], step
        assert opened.overflow_px() <= 0, step

    sign_in(phone)
    page = phone.page
    page.get_by_role("link", name="登记一车").click()
    page.get_by_label("磅单号").fill("GB-20261123-07")
    page.get_by_label("类别").select_option("FOOD")
    page.get_by_label("去向").select_option("COMPOSTING")
    page.get_by_label("毛重(千克)").fill("5,700")
    page.get_by_label("皮重(千克)").fill("2200")
    page.get_by_label("小区 1", exact=True).fill("东湖花园")
    page.get_by_label("小区 2", exact=True).fill("西园新村")
    look(phone, "new")
    page.get_by_label("千克 1", exact=True).fill("3000")
    page.get_by_label("千克 2", exact=True).fill("500")
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_text("已登记:GB-20261123-07,净重 3,500 千克").wait_for()
    sign_in(desk)
    look(desk, "list")
    page = desk.page
    page.get_by_role("link", name="GB-20261123-07").first.click()
    page.get_by_role("link", name="更正").click()
    page.get_by_label("皮重(千克)").fill("2300")
    page.get_by_label("千克 2", exact=True).fill("400")
    page.get_by_label("为什么更正").fill("皮重看错")
    look(desk, "correct")
    page.get_by_role("button", name="保存更正").click()
    page.get_by_text("5,700 − 2,300 = 3,400").wait_for()
    look(desk, "corrected")
    assert sorted(standing_loads().values_list("weight_g", flat=True)) == [400_000, 3_000_000]
    for opened in (phone, desk):
        assert (opened.complaints, opened.outside_requests) == ([], [])
