"""The guide's phone in a real browser with the network there: one tap, in one hand, the bag of now."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from guides.models import Shift
from guides.services.tasks import TaskAsked, give_task
from households.models import Community, Household
from people.models import User
from sorting.models import SmartBin, Verdict, Verification
from tests.browser.guide_phone import CONTROLS, TOUCH_PX_MIN, VISIT, judge, make_bags, open_as
from tests.builders import make_drop_off

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_the_inbox_and_the_tasks_are_accessible_fit_and_are_made_for_a_thumb(
    visit: VISIT, live_server: LiveServer, chen: User, zhao: User, on_duty: Shift, bin_07: SmartBin
) -> None:
    now = timezone.now()
    asked = TaskAsked(
        guide_id=chen.pk, point_id=bin_07.point_id, text="把两只厨余垃圾桶的桶盖擦干净", due_on=timezone.localdate(now)
    )
    task = give_task(asked=asked, communities=Community.objects.all(), officer=zhao, client_id="t", now=now)
    opened = visit(width=360)
    page = open_as(chen, opened, live_server, "/guide/")
    expect(page.get_by_role("link", name="1 条新消息")).to_be_visible()
    for name, address in {"tasks": "tasks/", "task": f"tasks/{task.pk}", "notices": "notices"}.items():
        page.goto(f"{live_server.url}/guide/{address}")
        opened.shoot(name=f"guide-{name}-360")
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
