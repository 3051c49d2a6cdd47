"""A real browser: Debian's chromium, driven by playwright against the live server."""

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect, sync_playwright

from guides.models import Problem, RosterSlot, Shift
from guides.services.problems import rectify_problem, report_problem
from guides.services.tasks import TaskAsked, give_task
from guides.services.teaching import Planned, hold_gathering, record_home_visit, sign_in_by_code
from households.models import Community, Household
from people.models import StaffNoticeKind, User
from people.services.staff_notices import notify_staff
from sorting.models import CollectionPoint, SmartBin
from tests.guides.test_spot_checks import a_photo

# Playwright keeps an event loop in this thread until the session ends, which Django takes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

# A machine with four test processes on two cores may take its time.
expect.set_options(timeout=30_000)

DAY = dt.timedelta(days=1)
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


@pytest.fixture
def a_week_of_chen(chen: User, ming: User, zhang: Household, bin_07: SmartBin) -> None:
    """Shifts planned, missed, late and given to a substitute; problems overdue and put right; an event with Zhang."""
    now, today, point = timezone.now(), timezone.localdate(), bin_07.point
    CollectionPoint.objects.create(community=point.community, name="西南门智慧垃圾分类投放房")
    for number in range(7):
        for starts, ends in ((7, 9), (18, 20))[: 2 - number % 2]:
            RosterSlot.objects.create(
                guide=(chen, ming)[number == 5],
                stands_in_for=chen if number == 5 else None,
                point=point,
                on_date=today + (number - today.weekday()) * DAY,
                starts_at=dt.time(starts),
                ends_at=dt.time(ends),
            )
    Shift.objects.create(guide=chen, point=point, started_at=now - dt.timedelta(minutes=65))
    for number, kind in enumerate(("OVERFLOW", "DIRTY", "OTHER")):
        problem = report_problem(
            guide=chen,
            point_id=point.pk,
            bin_id=bin_07.pk if number else None,
            kind=kind,
            now=now,
            note="投放房外堆了两袋装修垃圾,已请物业联系清运公司,今天下午来拉。" if number == 2 else "",
            client_id=kind,
            photo=a_photo(),
        )
    rectify_problem(guide=chen, problem_id=problem.pk, now=now, note="已清运", photo=a_photo())
    Problem.objects.filter(kind="OVERFLOW").update(found_at=now - 3 * DAY, due_at=now - DAY)
    asked = TaskAsked(guide_id=chen.pk, point_id=point.pk, text="把两只厨余垃圾桶的桶盖擦干净", due_on=today)
    give_task(asked=asked, communities=Community.objects.all(), officer=chen, client_id="t", now=now)
    notify_staff(
        user_ids=User.objects.values_list("pk", flat=True),
        kind=StaffNoticeKind.PROBLEM,
        text="超期督办:东湖花园 东门 桶满外溢(期限 11月22日 12:00,已超 24 小时),请督促处理。",
        reference="problem/1/STREET",
        now=now,
    )
    planned = Planned(
        kind="EVENT", topic="垃圾分类换大米", starts_at=now - dt.timedelta(hours=1), ends_at=now + dt.timedelta(hours=3)
    )
    gathering = hold_gathering(
        guide=chen, community_id=point.community_id, planned=planned, now=now, client_id="g", photo=a_photo()
    )
    record_home_visit(guide=chen, text=zhang.code, is_met=True, now=now, client_id="h")
    sign_in_by_code(guide=chen, gathering_id=gathering.pk, text=zhang.code, now=now)


@pytest.fixture
def on_duty(chen: User, bin_07: SmartBin) -> Shift:
    """Chen is on duty at the east gate since an hour."""
    return Shift.objects.create(guide=chen, point=bin_07.point, started_at=timezone.now() - dt.timedelta(minutes=65))
