"""A real browser: Debian's chromium, driven by playwright against the live server."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, Page, expect, sync_playwright

# Playwright keeps an event loop in this thread until the session ends, which Django takes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

# A machine with three test processes on two cores may take its time.
expect.set_options(timeout=30_000)

SCREENSHOTS = Path(settings.BASE_DIR) / "var" / "screenshots"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(slots=True)
class Visit:
    """An open page and what went wrong on it."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    outside_requests: list[str] = field(default_factory=list)

    def violations(self) -> list[str]:
        """What axe finds, in one line each."""
        found = Axe().run(self.page).response["violations"]
        return [f"{each['id']}: {[node['target'] for node in each['nodes']]}" for each in found]

    def overflow_px(self) -> int:
        """By how much the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    def shoot(self, *, name: str) -> None:
        """Keep a picture of the whole page under var/screenshots."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One chromium for all the browser tests."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Open a page of a given width and colour scheme; every error in its console is a complaint."""
    contexts = []

    def open_page(*, width: int, scheme: str = "light", has_script: bool = True) -> Visit:
        context = browser.new_context(
            java_script_enabled=has_script,
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
            locale="zh-CN",
        )
        contexts.append(context)
        visit = Visit(page=context.new_page())

        def note_request(address: str) -> None:
            if urlsplit(address).scheme != "data" and urlsplit(address).hostname not in ("localhost", "127.0.0.1"):
                visit.outside_requests.append(address)

        visit.page.on("request", lambda request: note_request(request.url))
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on(
            "console", lambda message: visit.complaints.append(message.text) if message.type == "error" else None
        )
        return visit

    yield open_page
    for context in contexts:
        context.close()
