"""One-time codes: sent once, used once, and silent about who is registered."""

import datetime as dt
import hmac
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from lib.posting import SendingFailed
from people.code_senders import ConsoleSender, HttpSender, configured_sender
from people.models import SignInCode
from people.services import TooManyCodes, ask_sign_in_code, forget_old_codes, send_waiting_codes, use_sign_in_code

pytestmark = pytest.mark.django_db
PHONE = "13800000001"
MINUTE = dt.timedelta(minutes=1)


class Pocket:
    """A phone that keeps what it was sent."""

    def __init__(self) -> None:
        self.codes: list[tuple[str, str]] = []

    def send(self, *, phone: str, code: str, minutes: int) -> None:
        self.codes.append((phone, code))


class Dead:
    """A provider that is down."""

    def send(self, *, phone: str, code: str, minutes: int) -> None:
        raise SendingFailed("down")


def ask(now: dt.datetime, *, phone: str = PHONE, address: str = "10.0.0.1", is_known: bool = True) -> None:
    ask_sign_in_code(phone=phone, address=address, is_known=is_known, now=now)


def clock(now: dt.datetime) -> Callable[[], dt.datetime]:
    return lambda: now


def sent_code(now: dt.datetime) -> str:
    pocket = Pocket()
    assert send_waiting_codes(sender=pocket, clock=clock(now)) == 1
    return pocket.codes[0][1]


def test_a_code_is_sent_once_and_opens_once(now: dt.datetime) -> None:
    ask(now)
    code = sent_code(now)
    assert send_waiting_codes(sender=Pocket(), clock=clock(now)) == 0
    assert use_sign_in_code(phone=PHONE, code=code, now=now + MINUTE)
    assert not use_sign_in_code(phone=PHONE, code=code, now=now + MINUTE)


def test_after_five_minutes_it_is_over(now: dt.datetime) -> None:
    ask(now)
    code = sent_code(now)
    assert not use_sign_in_code(phone=PHONE, code=code, now=now + 5 * MINUTE)


def test_the_sixth_try_is_in_vain_even_with_the_right_code(now: dt.datetime) -> None:
    ask(now)
    code = sent_code(now)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert [use_sign_in_code(phone=PHONE, code=wrong, now=now) for _ in range(5)] == [False] * 5
    assert not use_sign_in_code(phone=PHONE, code=code, now=now)


def test_a_new_code_ends_the_one_before(now: dt.datetime) -> None:
    ask(now)
    first = sent_code(now)
    ask(now + 2 * MINUTE)
    second = sent_code(now + 2 * MINUTE)
    if first != second:
        assert not use_sign_in_code(phone=PHONE, code=first, now=now + 2 * MINUTE)
    assert use_sign_in_code(phone=PHONE, code=second, now=now + 2 * MINUTE)


def test_an_unknown_number_gets_a_row_like_any_other_and_nothing_is_sent(now: dt.datetime) -> None:
    ask(now, is_known=False)
    assert SignInCode.objects.count() == 1
    assert send_waiting_codes(sender=Pocket(), clock=clock(now)) == 0
    for guess in range(5):
        assert not use_sign_in_code(phone=PHONE, code=f"{guess:06d}", now=now)


def test_no_row_holds_the_number_or_the_code_in_the_open(now: dt.datetime) -> None:
    ask(now)
    before = SignInCode.objects.get()
    code = sent_code(now)
    after = SignInCode.objects.get()
    for row in (before, after):
        held = " ".join(str(getattr(row, field.attname)) for field in SignInCode._meta.fields)
        assert PHONE not in held
        assert code not in (row.code_digest, row.salt)
    assert bytes(after.outgoing) == b""


def test_a_number_waits_a_minute_and_gets_five_an_hour_at_most(now: dt.datetime) -> None:
    ask(now)
    with pytest.raises(TooManyCodes) as refused:
        ask(now + MINUTE / 2, is_known=False)
    assert refused.value.fields == {"retry_after_s": 31}
    for number in range(1, 5):
        ask(now + number * 2 * MINUTE)
    with pytest.raises(TooManyCodes):
        ask(now + 20 * MINUTE)
    ask(now + 61 * MINUTE)


def test_one_address_cannot_try_every_number(now: dt.datetime) -> None:
    for number in range(30):
        ask(now, phone=f"139000000{number:02d}")
    with pytest.raises(TooManyCodes):
        ask(now, phone="13900009999")
    ask(now, phone="13900009999", address="10.0.0.2")


def test_a_provider_that_is_down_is_tried_again_and_a_dead_code_is_dropped(now: dt.datetime) -> None:
    ask(now)
    assert send_waiting_codes(sender=Dead(), clock=clock(now)) == 0
    code = sent_code(now + MINUTE)
    assert use_sign_in_code(phone=PHONE, code=code, now=now + MINUTE)
    ask(now + 2 * MINUTE)
    assert send_waiting_codes(sender=Pocket(), clock=clock(now + 10 * MINUTE)) == 0
    assert not SignInCode.objects.exclude(outgoing=b"").exists()


def test_after_a_day_codes_are_forgotten(now: dt.datetime) -> None:
    ask(now)
    assert forget_old_codes(now=now + dt.timedelta(hours=23)) == 0
    assert forget_old_codes(now=now + dt.timedelta(hours=25)) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_guesses_at_once_are_five_comparisons(now: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(now)
    code = sent_code(now)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    compared: list[str] = []
    compare = hmac.compare_digest

    def counting(kept: str, given: str) -> bool:
        compared.append(given)
        return compare(kept, given)

    monkeypatch.setattr(hmac, "compare_digest", counting)
    together = threading.Barrier(20)

    def guess(_number: int) -> bool:
        try:
            together.wait()
            return use_sign_in_code(phone=PHONE, code=wrong, now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        assert not any(pool.map(guess, range(20)))
    assert len(compared) == SignInCode.objects.get().try_count == 5


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_ten_askers_at_once_get_one_code(now: dt.datetime) -> None:
    def try_to_ask(_number: int) -> bool:
        try:
            ask(now)
        except TooManyCodes:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(try_to_ask, range(10))) == 1


@pytest.fixture
def gateway() -> Iterator[tuple[str, list[tuple[str, dict[str, object]]]]]:
    """A district's SMS gateway that refuses what it does not like."""
    got: list[tuple[str, dict[str, object]]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            got.append((self.headers["Authorization"], body))
            self.send_response(503 if body["phone"] == "13800000503" else 204)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/codes", got
    server.shutdown()
    server.server_close()


def test_the_gateway_gets_phone_code_and_minutes(gateway: tuple[str, list[tuple[str, dict[str, object]]]]) -> None:
    url, got = gateway
    sender = HttpSender(url=url, token="t0ken")
    sender.send(phone=PHONE, code="123456", minutes=5)
    assert got == [("Bearer t0ken", {"phone": PHONE, "code": "123456", "minutes": 5})]
    with pytest.raises(SendingFailed, match="503"):
        sender.send(phone="13800000503", code="123456", minutes=5)
    with pytest.raises(SendingFailed, match="cannot be reached"):
        HttpSender(url="http://127.0.0.1:9/codes", token="").send(phone=PHONE, code="123456", minutes=5)


def test_in_the_demo_the_code_is_printed_and_of_the_number_its_ends(
    settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    settings.SIGN_IN_CODE_PROVIDER = "console"
    sender = configured_sender()
    assert isinstance(sender, ConsoleSender)
    sender.send(phone=PHONE, code="123456", minutes=5)
    printed = capfd.readouterr().err
    assert "138****0001: 123456(5 分钟内有效)" in printed
    assert PHONE not in printed
