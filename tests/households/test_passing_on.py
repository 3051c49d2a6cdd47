"""A new notice reaches Mrs Zhang's WeChat where the district has a gateway, never instead of her inbox."""

import datetime as dt
import http.server
import json
import threading
from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from households.models import Household, Member, Notice, NoticeKind
from households.services import notify_household
from households.services.passing_on import PASSED_ON_WITHIN, pass_on_notices, recipient_of
from people.notice_senders import ConsoleNoticeSender, HttpNoticeSender, Told, configured_notice_sender
from tests.conftest import NOON
from worker.tasks import pass_on_new_notices

pytestmark = pytest.mark.django_db
WORDS = "食盐 400 克已领取，用了 30 分。"


def later() -> dt.datetime:
    """A minute after noon."""
    return NOON + dt.timedelta(minutes=1)


@pytest.fixture
def grandma(zhang: Household) -> Member:
    """Mrs Zhang; her daughter has moved out."""
    Member.objects.create(household=zhang, name="女儿", joined_at=NOON, left_at=NOON)
    return Member.objects.create(household=zhang, name="张奶奶", joined_at=NOON)


@pytest.fixture
def notice(zhang: Household, grandma: Member) -> Notice:
    notify_household(household=zhang, kind=NoticeKind.REDEMPTION, text=WORDS, reference="x/1", now=NOON)
    return Notice.objects.get()


Gateway = tuple[str, list[tuple[str, dict[str, str]]], list[int]]


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """A district's WeChat gateway: its address, what it got, and what it answers next (else 204)."""
    got: list[tuple[str, dict[str, str]]] = []
    answers: list[int] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            got.append((self.headers["Authorization"], body))
            self.send_response(answers.pop() if answers else 204)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/notices", got, answers
    server.shutdown()
    server.server_close()


def test_the_gateway_gets_who_what_and_when_once_and_not_the_words(
    gateway: Gateway, notice: Notice, grandma: Member, zhang: Household
) -> None:
    url, got, _ = gateway
    sender = HttpNoticeSender(url=url, token="t0ken")
    assert pass_on_notices(sender=sender, clock=later) == 1
    assert pass_on_notices(sender=sender, clock=later) == 0
    assert got == [
        (
            "Bearer t0ken",
            {
                "recipient": recipient_of(member=grandma),
                "title": "兑换",
                "at": "2026-11-23T12:00:00+08:00",
                "page": "/my/notices",
            },
        )
    ]
    sent = json.dumps(got, ensure_ascii=False)
    for hidden in (WORDS, zhang.code, grandma.name, f'"{grandma.pk}"'):
        assert hidden not in sent


def test_a_gateway_that_refuses_or_is_away_costs_the_message_and_never_the_notice(
    gateway: Gateway, notice: Notice
) -> None:
    url, got, answers = gateway
    answers.append(503)
    assert pass_on_notices(sender=HttpNoticeSender(url=url, token=""), clock=later) == 0
    assert len(got) == 1
    Notice.objects.update(passed_on_at=None)
    away = HttpNoticeSender(url="http://127.0.0.1:9/notices", token="")
    assert pass_on_notices(sender=away, clock=later) == 0
    notice.refresh_from_db()
    assert (notice.text, notice.read_at, notice.passed_on_at) == (WORDS, None, later())


def test_what_waited_for_longer_than_an_hour_wakes_nobody(gateway: Gateway, notice: Notice) -> None:
    url, got, _ = gateway
    sender = HttpNoticeSender(url=url, token="")
    assert pass_on_notices(sender=sender, clock=lambda: NOON + PASSED_ON_WITHIN + dt.timedelta(seconds=1)) == 0
    assert pass_on_notices(sender=sender, clock=lambda: NOON + PASSED_ON_WITHIN) == 1
    assert len(got) == 1


def test_nothing_leaves_unless_the_district_says_so(notice: Notice, settings: Settings) -> None:
    assert settings.WECHAT_NOTICE_PROVIDER == "none"
    assert configured_notice_sender() is None
    assert pass_on_new_notices() == 0
    notice.refresh_from_db()
    assert notice.passed_on_at is None
    settings.WECHAT_NOTICE_PROVIDER = "http"
    assert isinstance(configured_notice_sender(), HttpNoticeSender)


def test_in_the_demo_the_message_is_printed(settings: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    settings.WECHAT_NOTICE_PROVIDER = "console"
    sender = configured_notice_sender()
    assert isinstance(sender, ConsoleNoticeSender)
    sender.send(told=Told(recipient="3f2a", title="兑换", at=NOON, page="/my/notices"))
    assert "WeChat message for 3f2a: 兑换 2026-11-23T12:00:00+08:00" in capfd.readouterr().err
