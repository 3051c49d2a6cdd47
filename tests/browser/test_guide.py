"""The guide's phone in a real browser: one tap, with the network and without it, in one hand, and left clean."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from guides.models import Shift
from guides.services.phones import set_pin
from households.models import Household
from people.models import Role, RoleGrant, ScopeKind, User
from sorting.models import SmartBin, SpotCheck, Verdict, Verification
from tests.browser.conftest import Visit
from tests.browser.waiting import comes_to
from tests.builders import make_drop_off

pytestmark = pytest.mark.django_db(transaction=True)
VISIT = Callable[..., Visit]
KINDS = ("FOOD", "RESIDUAL", "RECYCLABLE", "HAZARDOUS")
TOUCH_PX_MIN = 56
# Every control that is seen, with what its name is and how high and wide it is.
CONTROLS = """() => [...document.querySelectorAll(
    'main a, main button, main summary, main select, main input:not([type=hidden]), .bar a')]
  .filter((each) => each.checkVisibility() && !each.matches('.what a, .choices input, .choice input'))
  .map((each) => [each.textContent.trim() || each.name, Math.round(each.getBoundingClientRect().height),
                  Math.round(each.getBoundingClientRect().width)])"""
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
  return {pages, items: items.length, kept, names};
}"""


@pytest.fixture
def on_duty(chen: User, bin_07: SmartBin) -> Shift:
    """Chen is on duty at the east gate since an hour."""
    return Shift.objects.create(guide=chen, point=bin_07.point, started_at=timezone.now() - dt.timedelta(minutes=65))


def make_bags(*, smart_bin: SmartBin, households: list[Household | None], count: int) -> list[int]:
    """Drop-offs of the last minutes, the newest first; their keys."""
    now = timezone.now()
    return [
        make_drop_off(
            smart_bin=smart_bin,
            household=households[number % len(households)],
            occurred_at=now - dt.timedelta(seconds=40 * number + 5),
            category=KINDS[number % 4],
            weight_g=430 + 610 * (number % 5),
        ).pk
        for number in range(count)
    ]


def open_as(user: User, opened: Visit, server: LiveServer, address: str = "/guide/") -> Page:
    """The page, signed in, with its script at work."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    opened.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": server.url}])
    opened.page.goto(f"{server.url}{address}")
    ready(opened.page)
    return opened.page


KEPT_PAGES = """async () => {
  for (const name of await caches.keys())
    if (name.startsWith('guide-pages-')) return (await (await caches.open(name)).keys()).length;
  return 0;
}"""


def ready(page: Page) -> None:
    """The script has taken over."""
    page.wait_for_selector("html[data-ready]")


def keeps_pages(page: Page) -> None:
    """The service worker has kept what opens without a network."""
    comes_to(page, KEPT_PAGES, 2)


def judge(page: Page, drop_off_id: int, word: str) -> None:
    page.locator(f"#d{drop_off_id}").get_by_role("button", name=word, exact=True).click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_list_is_accessible_fits_and_is_made_for_a_thumb(
    scheme: str,
    visit: VISIT,
    live_server: LiveServer,
    chen: User,
    on_duty: Shift,
    zhang: Household,
    li: Household,
    wang: Household,
    bin_07: SmartBin,
) -> None:
    bags = make_bags(smart_bin=bin_07, households=[zhang, li, None, wang], count=6)
    opened = visit(width=360, scheme=scheme)
    page = open_as(chen, opened, live_server)
    judge(page, bags[1], "合格")
    expect(page.locator(".scan")).to_be_visible()
    page.locator(f"#d{bags[2]} summary").click()
    expect(page.locator(".scan")).to_be_hidden()  # it would lie over the choices
    opened.shoot(name=f"guide-list-360-{scheme}")
    assert [each for each in page.evaluate(CONTROLS) if each[1] < TOUCH_PX_MIN or each[2] < TOUCH_PX_MIN] == []
    assert opened.violations() == []
    assert opened.overflow_px() <= 0
    assert (opened.complaints, opened.outside_requests) == ([], [])


@pytest.mark.parametrize("address", ["find", "spot-check", "change", "pin", "registers", "drop-offs"])
def test_every_other_screen_is_accessible_fits_and_is_made_for_a_thumb(
    address: str,
    visit: VISIT,
    live_server: LiveServer,
    chen: User,
    on_duty: Shift,
    zhang: Household,
    bin_07: SmartBin,
) -> None:
    (bag,) = make_bags(smart_bin=bin_07, households=[zhang], count=1)
    opened = visit(width=360)
    page = open_as(chen, opened, live_server, f"/guide/{address}{f'/{bag}' if address == 'drop-offs' else ''}")
    opened.shoot(name=f"guide-{address}-360")
    assert [each for each in page.evaluate(CONTROLS) if each[1] < TOUCH_PX_MIN] == []
    assert opened.violations() == []
    assert opened.overflow_px() <= 0
    assert (opened.complaints, opened.outside_requests) == ([], [])


def test_text_twice_as_large_still_fits(
    visit: VISIT, live_server: LiveServer, chen: User, on_duty: Shift, zhang: Household, bin_07: SmartBin
) -> None:
    bags = make_bags(smart_bin=bin_07, households=[zhang], count=2)
    opened = visit(width=360)
    page = open_as(chen, opened, live_server)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.locator(f"#d{bags[0]} summary").click()
    opened.shoot(name="guide-list-360-large-text")
    assert opened.overflow_px() <= 0


def test_one_tap_and_its_undo_with_the_network_there(
    visit: VISIT, live_server: LiveServer, chen: User, on_duty: Shift, zhang: Household, bin_07: SmartBin
) -> None:
    (bag,) = make_bags(smart_bin=bin_07, households=[zhang], count=1)
    opened = visit(width=360)
    page = open_as(chen, opened, live_server)
    judge(page, bag, "混投")
    card = page.locator(f"#d{bag}")
    expect(card).to_contain_text("混投")
    expect(card).not_to_contain_text("待发")
    card.get_by_role("button", name="撤回").click()
    expect(card.get_by_role("button", name="合格")).to_be_visible()
    judge(page, bag, "合格")
    expect(card).not_to_contain_text("待发")
    page.wait_for_function("async () => (await (await fetch('/guide/list')).text()).includes('合格</b>')")
    said = list(Verification.objects.order_by("pk").values_list("verdict", flat=True))
    assert said == [Verdict.CONTAMINATED, Verdict.WITHDRAWN, Verdict.CORRECT]
    assert opened.complaints == []


def test_a_tap_in_the_first_moment_of_the_page_counts(
    visit: VISIT, live_server: LiveServer, chen: User, on_duty: Shift, zhang: Household, bin_07: SmartBin
) -> None:
    (bag,) = make_bags(smart_bin=bin_07, households=[zhang], count=1)
    opened = visit(width=360)
    opened.page.add_init_script("performance.now = () => 100")
    page = open_as(chen, opened, live_server)
    judge(page, bag, "混投")
    expect(page.locator(f"#d{bag}").get_by_role("button", name="撤回")).to_be_visible()


def test_a_new_bag_comes_by_itself_and_not_under_a_thumb(
    visit: VISIT, live_server: LiveServer, chen: User, on_duty: Shift, zhang: Household, bin_07: SmartBin
) -> None:
    (first,) = make_bags(smart_bin=bin_07, households=[zhang], count=1)
    opened = visit(width=360)
    opened.page.clock.install()
    page = open_as(chen, opened, live_server)
    second = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=timezone.now()).pk
    page.clock.run_for(6_000)
    expect(page.locator(f"#d{second}")).to_be_visible(timeout=20_000)
    # Chen is about to say which category: the list stands still, and says that there is more.
    page.locator(f"#d{first} summary").click()
    third = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=timezone.now()).pk
    page.clock.run_for(6_000)
    news = page.get_by_role("button", name="有 1 条新投放")
    expect(news).to_be_visible(timeout=20_000)
    assert page.locator(f"#d{third}").count() == 0
    news.click()
    expect(page.locator(f"#d{third}")).to_be_visible()


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
    page.get_by_role("link", name="抽查").click()
    ready(page)
    page.get_by_label("错了几袋").fill("2")
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
    assert SpotCheck.objects.get().wrong_count == 2
    assert page.evaluate(LEFT_ON_PHONE)["items"] == 0


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


def test_a_photo_is_made_small_before_it_leaves_the_phone(
    visit: VISIT, live_server: LiveServer, chen: User, on_duty: Shift
) -> None:
    page = open_as(chen, visit(width=360), live_server, "/guide/problems")
    large = page.evaluate(
        """async () => {
          const canvas = new OffscreenCanvas(4000, 3000);
          const context = canvas.getContext('2d');
          for (let x = 0; x < 4000; x += 40) {
            context.fillStyle = `hsl(${x % 360} 80% 50%)`;
            context.fillRect(x, x % 700, 40, 3000);
          }
          const blob = await canvas.convertToBlob({type: 'image/jpeg', quality: 0.98});
          const files = new DataTransfer();
          files.items.add(new File([blob], 'large.jpg', {type: 'image/jpeg'}));
          const input = document.querySelector('input[type=file]');
          input.files = files.files;
          input.dispatchEvent(new Event('change', {bubbles: true}));
          return blob.size;
        }"""
    )
    page.wait_for_function("() => document.querySelector('input[type=file]').files[0].name === 'photo.jpg'")
    small = page.evaluate(
        """async () => {
          const [file] = document.querySelector('input[type=file]').files;
          const picture = await createImageBitmap(file);
          return [file.size, picture.width, picture.height];
        }"""
    )
    assert small[0] < large / 2
    assert small[1:] == [1600, 1200]
