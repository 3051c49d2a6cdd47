"""What else a guide does without a network: a bag's page, a problem, a visit, clocking out: each arrives once."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from guides.models import HomeVisit, Problem, Shift
from households.models import Household
from people.models import User
from sorting.models import SmartBin, SpotCheck, Verification
from tests.browser.guide_phone import CONTROLS, TOUCH_PX_MIN, VISIT, keeps_pages, make_bags, open_as, ready

pytestmark = pytest.mark.django_db(transaction=True)


def test_forms_that_were_sent_without_a_network_arrive_once_and_at_the_time_of_the_tap(
    visit: VISIT, live_server: LiveServer, chen: User, on_duty: Shift, zhang: Household, bin_07: SmartBin
) -> None:
    (bag,) = make_bags(smart_bin=bin_07, households=[zhang], count=1)
    opened = visit(width=360)
    page = open_as(chen, opened, live_server)
    keeps_pages(page)
    page.goto(f"{live_server.url}/guide/drop-offs/{bag}")
    ready(page)
    page.context.set_offline(True)
    page.get_by_label("备注").fill("有塑料袋")
    page.get_by_role("button", name="混投").click()
    expect(page.locator("#waiting")).to_contain_text("待发 1")
    page.goto(f"{live_server.url}/guide/problems")
    ready(page)
    page.get_by_text("桶满外溢").click()
    page.get_by_role("button", name="报告问题").click()
    expect(page.locator("#report .kept")).to_contain_text("等有网络再发出")
    page.goto(f"{live_server.url}/guide/teaching")
    ready(page)
    page.locator("#visit").get_by_role("textbox", name="户码").fill(zhang.code)
    page.get_by_role("button", name="记下入户").click()
    page.goto(f"{live_server.url}/guide/duty")
    ready(page)
    page.get_by_role("button", name="下岗").click()
    expect(page.locator("#waiting")).to_contain_text("待发 4")
    opened.shoot(name="guide-duty-offline-360")
    assert opened.violations() == []
    left_at = timezone.now()
    assert not Verification.objects.exists()
    page.context.set_offline(False)
    expect(page.locator("#waiting")).to_be_hidden(timeout=30_000)
    judged, problem, visited = Verification.objects.get(), Problem.objects.get(), HomeVisit.objects.get()
    assert (judged.drop_off_id, judged.verdict, judged.note) == (bag, "CONTAMINATED", "有塑料袋")
    assert (problem.point, problem.found_by, visited.household) == (bin_07.point, chen, zhang)
    on_duty.refresh_from_db()
    assert on_duty.ended_at is not None
    assert on_duty.started_at < judged.verified_at < on_duty.ended_at < left_at
    # And in again, with the network there: the same way, and on to the list.
    page.goto(f"{live_server.url}/guide/duty")
    ready(page)
    opened.shoot(name="guide-off-duty-360")
    assert [each for each in page.evaluate(CONTROLS) if each[1] < TOUCH_PX_MIN] == []
    assert opened.violations() == []
    assert opened.overflow_px() <= 0
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 34.0231, "longitude": 113.8517})
    page.get_by_text("同意记下我现在的位置").click()
    page.wait_for_function("() => document.querySelector('input[name=latitude]').value !== ''")
    page.get_by_role("button", name="上岗").click()
    expect(page.locator(f"#d{bag}")).to_be_visible(timeout=20_000)
    shift = Shift.objects.get(ended_at=None)
    assert (shift.latitude, shift.longitude, shift.client_id != "") == (34.0231, 113.8517, True)
    # A spot check that cannot be is said so, and stays until it was read.
    page.goto(f"{live_server.url}/guide/spot-check")
    ready(page)
    page.get_by_label("错了几袋").fill("12")
    page.get_by_role("button", name="记下抽查").click()
    refused = page.locator("#refused")
    expect(refused).to_contain_text("抽查 查 10 错 12", timeout=20_000)
    expect(refused).to_contain_text("错误数不能多于查看数")
    assert opened.violations() == []
    refused.get_by_role("button", name="知道了").click()
    expect(refused).to_be_hidden()
    assert not SpotCheck.objects.exists()
