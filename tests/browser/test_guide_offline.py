"""The guide's phone without a network and in other hands: everything arrives once, nothing of the last guide stays."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Route, expect
from pytest_django.live_server_helper import LiveServer

from guides.models import Shift
from guides.services.phones import set_pin
from households.models import Household
from people.models import Role, RoleGrant, ScopeKind, User
from sorting.models import SmartBin, SpotCheck, Verdict, Verification
from tests.browser.guide_phone import VISIT, judge, keeps_pages, make_bags, open_as, ready
from tests.builders import make_drop_off

pytestmark = pytest.mark.django_db(transaction=True)
LEFT_ON_PHONE = """async () => {
  const pages = (await caches.keys()).filter((name) => name.startsWith('guide-pages-'));
  const database = await new Promise((resolve, reject) => {
    const asked = indexedDB.open('fenfen-guide', 1);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const asked = database.transaction('items').objectStore('items').getAll();
  const items = await new Promise((resolve) => { asked.onsuccess = () => resolve(asked.result); });
  database.close();
  let kept = JSON.stringify({...localStorage, ...sessionStorage});
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys())
      kept += request.url + await (await caches.match(request)).text();
  const names = (await indexedDB.databases()).map((each) => each.name);
  return {pages, items: items.length, waiting: items.filter((item) => !item.sentAt).length, kept, names};
}"""

# Make the verdict of one bag larger than any request may be.
GROW_ITEM = """async (bag) => {
  const answer = (asked) => new Promise((resolve) => { asked.onsuccess = () => resolve(asked.result); });
  const database = await answer(indexedDB.open('fenfen-guide', 1));
  const items = database.transaction('items', 'readwrite').objectStore('items');
  const item = (await answer(items.getAll())).find((each) => each.body.drop_off === bag);
  await answer(items.put({...item, body: {...item.body, note: 'x'.repeat(300000)}}));
  database.close();
}"""


def test_twenty_verdicts_an_undo_and_a_spot_check_without_a_network_arrive_exactly_once(
    visit: VISIT,
    live_server: LiveServer,
    chen: User,
    on_duty: Shift,
    zhang: Household,
    li: Household,
    bin_07: SmartBin,
) -> None:
    bags = make_bags(smart_bin=bin_07, households=[zhang, li, None], count=21)
    opened = visit(width=360)
    page = open_as(chen, opened, live_server)
    keeps_pages(page)
    page.context.set_offline(True)
    for number, bag in enumerate(bags[:20]):
        if number % 5 == 4:
            page.locator(f"#d{bag} summary").click()
            page.locator(f"#d{bag} details button").first.click()
        else:
            judge(page, bag, ("合格", "混投")[number % 2])
    judge(page, bags[20], "混投")
    page.locator(f"#d{bags[20]}").get_by_role("button", name="撤回").click()
    expect(page.locator("#waiting")).to_contain_text("待发 22")
    opened.shoot(name="guide-offline-360")
    # The phone is put away and taken out again, still without a network.
    page.goto(f"{live_server.url}/guide/")
    ready(page)
    expect(page.locator("#waiting")).to_contain_text("没有网络 · 待发 22")
    expect(page.locator(f"#d{bags[0]}")).to_contain_text("待发")
    expect(page.locator(f"#d{bags[4]} .judged")).to_contain_text(re.compile(r"误投\(实为..+\)"))
    expect(page.locator(f"#d{bags[20]}").get_by_role("button", name="合格")).to_be_visible()
    page.get_by_role("link", name="抽查").click()
    ready(page)
    page.get_by_label("错了几袋").fill("2")
    page.get_by_text("厨余垃圾").click()
    page.get_by_label("桶里分得有多纯").fill("85")
    page.get_by_text("有人值守").click()
    page.get_by_role("button", name="记下抽查").click()
    expect(page.locator("#check-said")).to_contain_text("查 10 错 2")
    expect(page.locator("#waiting")).to_contain_text("待发 23")
    assert not Verification.objects.exists()
    page.context.set_offline(False)
    expect(page.locator("#waiting")).to_be_hidden(timeout=30_000)
    verdicts = Verification.objects.exclude(drop_off_id=bags[20])
    assert sorted(verdicts.values_list("drop_off_id", flat=True)) == sorted(bags[:20])
    assert not verdicts.filter(verdict=Verdict.WITHDRAWN).exists()
    of_last = Verification.objects.filter(drop_off_id=bags[20]).order_by("pk").values_list("verdict", flat=True)
    assert list(of_last) == [Verdict.CONTAMINATED, Verdict.WITHDRAWN]
    check = SpotCheck.objects.get()
    assert (check.wrong_count, check.category, check.purity_rate, check.is_staffed) == (2, "FOOD", 0.85, False)
    assert page.evaluate(LEFT_ON_PHONE)["waiting"] == 0


def test_an_answer_that_was_lost_on_the_way_is_asked_for_again_and_counts_once(
    visit: VISIT, live_server: LiveServer, chen: User, on_duty: Shift, zhang: Household, bin_07: SmartBin
) -> None:
    (bag,) = make_bags(smart_bin=bin_07, households=[zhang], count=1)
    opened = visit(width=360)
    opened.page.clock.install()
    page = open_as(chen, opened, live_server)
    lost: list[int] = []

    def lose_the_first_answer(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    page.context.route("**/guide/send", lose_the_first_answer)
    judge(page, bag, "合格")
    expect(page.locator("#waiting")).to_contain_text("没有网络 · 待发 1", timeout=20_000)
    page.clock.run_for(6_000)
    expect(page.locator("#waiting")).to_be_hidden(timeout=20_000)
    expect(page.locator(f"#d{bag}")).not_to_contain_text("待发", timeout=20_000)
    assert lost == [200]
    assert Verification.objects.count() == 1


def test_what_was_sent_and_undone_before_the_network_went_is_still_so_on_the_page_that_was_kept(
    visit: VISIT, live_server: LiveServer, chen: User, on_duty: Shift, zhang: Household, bin_07: SmartBin
) -> None:
    judged, undone = make_bags(smart_bin=bin_07, households=[zhang], count=2)
    page = open_as(chen, visit(width=360), live_server)
    keeps_pages(page)
    judge(page, judged, "混投")
    judge(page, undone, "混投")
    page.locator(f"#d{undone}").get_by_role("button", name="撤回").click()
    expect(page.locator("#waiting")).to_be_hidden(timeout=20_000)
    page.context.set_offline(True)
    page.goto(f"{live_server.url}/guide/")
    ready(page)
    expect(page.locator(f"#d{judged} .judged")).to_contain_text("混投")
    expect(page.locator(f"#d{judged}")).not_to_contain_text("待发")
    expect(page.locator(f"#d{undone}").get_by_role("button", name="合格")).to_be_visible()


def test_what_is_never_taken_is_shown_with_its_reason_and_holds_nothing_else_back(
    visit: VISIT, live_server: LiveServer, chen: User, on_duty: Shift, zhang: Household, bin_07: SmartBin
) -> None:
    bags = make_bags(smart_bin=bin_07, households=[zhang], count=2)
    page = open_as(chen, visit(width=360), live_server)
    page.context.set_offline(True)
    for bag in bags:
        judge(page, bag, "合格")
    expect(page.locator("#waiting")).to_contain_text("待发 2")
    # The first is larger than any request may be: the platform refuses it whole, and everything sent with it.
    page.evaluate(
        GROW_ITEM,
        bags[0],
    )
    page.context.set_offline(False)
    refused = page.locator("#refused")
    expect(refused).to_contain_text("有 1 条未收下", timeout=20_000)
    expect(refused).to_contain_text("1-1-101")
    expect(page.locator("#waiting")).to_be_hidden(timeout=20_000)
    assert Verification.objects.get().drop_off_id == bags[1]
    page.goto(f"{live_server.url}/guide/change")
    ready(page)
    page.get_by_role("button", name="退出").click()
    expect(refused).to_contain_text("请先看过")
    refused.get_by_role("button", name="知道了").click()
    expect(refused).to_be_hidden()


def test_a_verdict_that_another_guide_gave_first_is_shown_as_not_recorded(
    visit: VISIT, live_server: LiveServer, chen: User, on_duty: Shift, zhang: Household, bin_07: SmartBin, zhao: User
) -> None:
    (bag,) = make_bags(smart_bin=bin_07, households=[zhang], count=1)
    opened = visit(width=360)
    page = open_as(chen, opened, live_server)
    page.context.set_offline(True)
    judge(page, bag, "合格")
    now = timezone.now()
    Verification.objects.create(
        drop_off_id=bag,
        batch=make_drop_off(smart_bin=bin_07, occurred_at=now).batch,
        verdict=Verdict.CONTAMINATED,
        source="FREE",
        guide=zhao,
        verified_at=now,
        in_force_at=now,
    )
    page.context.set_offline(False)
    refused = page.locator("#refused")
    expect(refused).to_contain_text("已经核验过了", timeout=20_000)
    expect(page.locator(f"#d{bag}")).to_contain_text("混投", timeout=20_000)
    opened.shoot(name="guide-refused-360")
    assert opened.violations() == []
    refused.get_by_role("button", name="知道了").click()
    expect(refused).to_be_hidden()
    assert Verification.objects.count() == 1


def test_what_another_guide_said_is_shown_though_the_list_had_come_before_the_answer(
    visit: VISIT, live_server: LiveServer, chen: User, on_duty: Shift, zhang: Household, bin_07: SmartBin, zhao: User
) -> None:
    (bag,) = make_bags(smart_bin=bin_07, households=[zhang], count=1)
    page = open_as(chen, visit(width=360), live_server)
    page.route("**/guide/send", lambda route: route.abort())
    judge(page, bag, "合格")
    now = timezone.now()
    batch = make_drop_off(smart_bin=bin_07, occurred_at=now).batch
    words = {"verdict": Verdict.CONTAMINATED, "source": "FREE", "verified_at": now, "in_force_at": now}
    with page.expect_response(lambda answer: answer.status == 200 and "混投</b>" in answer.text()):
        Verification.objects.create(drop_off_id=bag, batch=batch, guide=zhao, **words)
    expect(page.locator(f"#d{bag}")).to_contain_text("合格")
    page.unroute("**/guide/send")
    expect(page.locator("#refused")).to_contain_text("已经核验过了")
    expect(page.locator(f"#d{bag}")).to_contain_text("混投")


def test_the_phone_changes_hands_by_pin_and_nothing_of_chen_is_left(
    visit: VISIT, live_server: LiveServer, chen: User, on_duty: Shift, zhang: Household, bin_07: SmartBin
) -> None:
    ming = User.objects.create_user(username="ming", password="ming-password-1", display_name="李明")
    RoleGrant.objects.create(
        user=ming, role=Role.GUIDE, scope_kind=ScopeKind.COMMUNITY, scope_id=1, starts_on=dt.date(2026, 1, 1)
    )
    set_pin(guide=ming, pin="402817", now=timezone.now())
    make_bags(smart_bin=bin_07, households=[zhang], count=1)
    opened = visit(width=360)
    page = opened.page
    for name in ("ming", "chen"):
        page.goto(f"{live_server.url}/sign-in")
        page.get_by_label("用户名").fill(name)
        page.get_by_label("密码").fill(f"{name}-password-1")
        page.get_by_role("button", name="登录").click()
        ready(page)
        if name == "ming":
            page.get_by_role("button", name="退出登录").click()
            page.wait_for_url(f"{live_server.url}/")
    keeps_pages(page)
    page.goto(f"{live_server.url}/guide/change")
    ready(page)
    opened.shoot(name="guide-change-hands-360")
    page.get_by_text("李明").click()
    page.get_by_label("PIN").fill("402817")
    # With something unsent the phone does not change hands.
    page.context.set_offline(True)
    page.evaluate(
        """async () => {
          const {add} = await import('/static/pages/guide/queue.js');
          await add('spot_check', {point: 1, looked_at_count: 10, wrong_count: 0});
        }"""
    )
    page.get_by_role("button", name="换人").click()
    expect(page.locator("#refused")).to_contain_text("还有 1 条没有发出")
    page.context.set_offline(False)
    expect(page.locator("#waiting")).to_be_hidden(timeout=20_000)
    page.get_by_role("button", name="换人").click()
    page.wait_for_url(f"{live_server.url}/guide/duty")
    ready(page)
    assert "李明" in page.inner_text("header")
    assert "1-1-101" not in page.content()
    left = page.evaluate(LEFT_ON_PHONE)
    assert left["items"] == 0
    assert f"guide-pages-{chen.pk}" not in left["pages"]
    assert left["names"] == ["fenfen-guide"]
    assert [word for word in ("1-1-101", "陈督导", "东门", "东湖花园") if word in left["kept"]] == []
    page.context.set_offline(True)
    page.goto(f"{live_server.url}/guide/")
    assert "1-1-101" not in page.content()
    assert "东门" not in page.content()
