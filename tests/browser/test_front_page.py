"""The public front page in a real browser: small and large, light and dark, with large text, on paper."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from collection.models import Destination, Load
from households.models import Community, Subdistrict
from sorting.categories import WasteCategory
from tests.browser.conftest import Visit
from tests.pages.test_front_page import make_neighbours

pytestmark = pytest.mark.django_db(transaction=True)

OPEN = Callable[..., Visit]
NAMES = ("东湖花园", "西园新村", "学府名苑二期(南区)", "幸福里", "桂花园")


@pytest.fixture
def district(db: None) -> None:
    """Five communities in two subdistricts, one of them with too few active households to be shown."""
    today = timezone.localdate()
    subdistricts = [Subdistrict.objects.create(name=name) for name in ("东城街道", "西关街道")]
    for number, name in enumerate(NAMES):
        community = Community.objects.create(
            subdistrict=subdistricts[number % 2],
            name=name,
            is_urban_core=True,
            is_pilot=number < 3,
            household_count=400 + number,
            resident_count=1_100,
            sorted_collection_since=dt.date(2026, 1, 1) if number < 3 else None,
            sorted_transport_since=dt.date(2026, 1, 1) if number < 3 else None,
        )
        make_neighbours(community=community, count=12, active_count=9 - number * 2, on=today)
        for category, destination, weight_g in (
            (WasteCategory.FOOD, Destination.COMPOSTING, 8_640_000),
            (WasteCategory.RESIDUAL, Destination.LANDFILL, 21_300_000),
        ):
            Load.objects.create(
                load_id=f"{name}-{category}",
                collected_on=today,
                community=community,
                category=category,
                weight_g=weight_g,
                destination=destination,
                received_at=timezone.now(),
            )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_front_page_is_accessible_and_fits(
    width: int, scheme: str, visit: OPEN, live_server: LiveServer, district: None
) -> None:
    opened = visit(width=width, scheme=scheme)
    opened.page.goto(live_server.url)
    opened.shoot(name=f"front-{width}-{scheme}")
    assert opened.violations() == []
    assert opened.overflow_px() <= 0
    assert (opened.complaints, opened.outside_requests) == ([], [])


@pytest.mark.parametrize("width", [360, 1440])
def test_text_twice_as_large_still_fits(width: int, visit: OPEN, live_server: LiveServer, district: None) -> None:
    opened = visit(width=width)
    opened.page.goto(live_server.url)
    opened.page.evaluate("document.documentElement.style.fontSize = '200%'")
    opened.shoot(name=f"front-{width}-large-text")
    assert opened.overflow_px() <= 0
    assert opened.violations() == []


def test_the_english_page_is_accessible_and_fits(visit: OPEN, live_server: LiveServer, district: None) -> None:
    opened = visit(width=360)
    opened.page.goto(live_server.url)
    opened.page.get_by_role("button", name="English").click()
    opened.shoot(name="front-360-english")
    assert opened.page.get_by_role("heading", level=1).inner_text() == "Every bag sorted counts"
    assert opened.violations() == []
    assert opened.overflow_px() <= 0


def test_an_empty_district_has_a_page_too(visit: OPEN, live_server: LiveServer) -> None:
    opened = visit(width=360)
    opened.page.goto(live_server.url)
    opened.shoot(name="front-360-empty")
    assert "还没有登记小区" in opened.page.inner_text("main")
    assert opened.violations() == []


def test_the_table_stays_a_table_for_a_screen_reader(visit: OPEN, live_server: LiveServer, district: None) -> None:
    opened = visit(width=360)
    opened.page.goto(live_server.url)
    assert opened.page.get_by_role("row").count() == 1 + len(NAMES)
    assert opened.page.get_by_role("rowheader", name="东湖花园").count() == 1
    assert opened.page.get_by_role("columnheader").count() == 5


def test_the_page_can_be_walked_by_keyboard(visit: OPEN, live_server: LiveServer, district: None) -> None:
    opened = visit(width=360)
    opened.page.goto(live_server.url)
    opened.page.keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    opened.page.keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.className") == "mark"


def test_the_page_prints_in_black_on_white(visit: OPEN, live_server: LiveServer, district: None) -> None:
    opened = visit(width=794, scheme="dark")
    opened.page.emulate_media(media="print")
    opened.page.goto(live_server.url)
    opened.shoot(name="front-print")
    assert opened.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert opened.page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_missing_page_is_accessible(scheme: str, visit: OPEN, live_server: LiveServer) -> None:
    opened = visit(width=360, scheme=scheme)
    opened.page.goto(f"{live_server.url}/no-such-page")
    opened.shoot(name=f"missing-360-{scheme}")
    assert opened.violations() == []
    assert opened.overflow_px() <= 0
