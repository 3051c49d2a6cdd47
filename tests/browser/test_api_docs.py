"""The page that shows the API, in a real browser: every operation, no complaint, no request to anywhere else."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from people.models import User
from tests.browser.conftest import Visit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [360, 1440])
def test_a_token_entered_on_the_page_tries_an_operation_out(
    visit: Callable[..., Visit], live_server: LiveServer, zhao: User, width: int
) -> None:
    credentials = {"username": "zhao", "password": "zhao-password-1"}
    token = Client().post("/api/v1/auth/tokens", credentials, content_type="application/json").json()["token"]
    opened = visit(width=width)
    page = opened.page
    page.goto(f"{live_server.url}/api/v1/docs")
    page.get_by_text("我是谁").wait_for()
    opened.shoot(name=f"api-docs-{width}")
    assert opened.overflow_px() <= 0
    page.get_by_role("button", name="Authorize").first.click()
    page.get_by_label("Value:").fill(f"Token {token}")
    page.get_by_label("Apply credentials").click()
    page.get_by_role("button", name="Close").click()
    page.get_by_text("我是谁").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.get_by_text("赵科长").first.wait_for()
    assert (opened.complaints, opened.outside_requests) == ([], [])
