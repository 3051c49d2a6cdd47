"""Waiting for what a page does by itself."""

from playwright.sync_api import Page

TRIES_MAX, TRY_MS = 300, 100


def comes_to(page: Page, script: str, value: object) -> None:
    """The script's promise comes to this value sooner or later (wait_for_function takes any promise for a yes)."""
    for _ in range(TRIES_MAX):
        if (found := page.evaluate(script)) == value:
            return
        page.wait_for_timeout(TRY_MS)
    raise AssertionError(f"{script} is {found!r}, not {value!r}")
