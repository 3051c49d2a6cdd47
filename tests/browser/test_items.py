"""The look-up in a real browser, on a phone and at a desk."""

from collections.abc import Callable

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import Visit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark")])
def test_answers_come_while_one_types(
    width: int, scheme: str, visit: Callable[..., Visit], live_server: LiveServer
) -> None:
    opened = visit(width=width, scheme=scheme)
    opened.page.goto(f"{live_server.url}/what-is-it")
    opened.page.get_by_role("searchbox").press_sequentially("naicha")
    opened.page.get_by_text("奶茶杯（没洗）").wait_for()
    assert opened.overflow_px() <= 0
    assert opened.violations() == []
    assert opened.complaints == []
    assert opened.outside_requests == []
    opened.shoot(name=f"items-{width}-{scheme}")
