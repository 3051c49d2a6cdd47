"""A guide's phone in a browser: bags at the point, the page signed in and ready, a tap."""

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from households.models import Household
from people.models import User
from sorting.models import SmartBin
from tests.browser.conftest import Visit
from tests.browser.waiting import comes_to
from tests.builders import make_drop_off

VISIT = Callable[..., Visit]
KEPT_PAGES = """async () => {
  for (const name of await caches.keys())
    if (name.startsWith('guide-pages-')) return (await (await caches.open(name)).keys()).length;
  return 0;
}"""
TOUCH_PX_MIN = 56
# Every control that is seen, with what its name is and how high and wide it is.
CONTROLS = """() => [...document.querySelectorAll(
    'main a, main button, main summary, main select, main input:not([type=hidden]), .bar a')]
  .filter((each) => each.checkVisibility() && !each.matches('.what a, .choices input, .choice input'))
  .map((each) => [each.textContent.trim() || each.name, Math.round(each.getBoundingClientRect().height),
                  Math.round(each.getBoundingClientRect().width)])"""
KINDS = ("FOOD", "RESIDUAL", "RECYCLABLE", "HAZARDOUS")


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


def ready(page: Page) -> None:
    """The script has taken over."""
    page.wait_for_selector("html[data-ready]")


def keeps_pages(page: Page) -> None:
    """The service worker has kept what opens without a network."""
    comes_to(page, KEPT_PAGES, 5)


def judge(page: Page, drop_off_id: int, word: str) -> None:
    page.locator(f"#d{drop_off_id}").get_by_role("button", name=word, exact=True).click()
