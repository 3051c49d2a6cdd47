"""Is this message from this bin, and of now? The Standard Webhooks envelope, with the bin's own keys."""

import base64
import datetime as dt
import hmac
from collections.abc import Mapping, Sequence
from math import floor

from django.utils import timezone
from standardwebhooks import Webhook

from api.errors import Refused

CLOCK_TOLERANCE_S = 5 * 60  # as in the standardwebhooks library
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class _OverBytes(Webhook):
    """The library signs text, and a photo is none: here the body is signed as it is, without a copy of it."""

    def __init__(self, key: str, body: bytes) -> None:
        super().__init__(key)
        self._body = body

    def sign(self, msg_id: str, timestamp: dt.datetime, data: str) -> str:
        """`data` is not looked at."""
        mac = hmac.new(self._whsecret, f"{msg_id}.{floor(timestamp.timestamp())}.".encode(), "sha256")
        mac.update(self._body)
        return "v1," + base64.b64encode(mac.digest()).decode()


class ClockOff(Refused):
    """One of the keys signed the message, by a clock that is off: at `signed_at`."""

    def __init__(self, *, signed_at: dt.datetime, now: dt.datetime) -> None:
        super().__init__(401, "clock_off", _WORDS, extra=_server_time(now=now))
        self.signed_at = signed_at


_WORDS = "签名不被接受 (the signature is not accepted)"


def verify_signature(*, body: bytes, headers: Mapping[str, str], keys: Sequence[str], now: dt.datetime) -> None:
    """Return where one of the keys signed the body within five minutes of now.

    The signature is looked at before the time, so that a bin with a wrong clock is known from a stranger.

    :raises ClockOff: one of them signed it, and not within five minutes.
    :raises Refused: 401 otherwise; the same words whatever was wrong, so that nobody learns which bins there are.
    """
    sent = {name: headers.get(name, "") for name in HEADERS}
    signed_at = _moment(sent["webhook-timestamp"])
    is_off = signed_at is not None and abs((signed_at - now).total_seconds()) > CLOCK_TOLERANCE_S
    if signed_at is not None and any(_has_signed(key, sent=sent, signed_at=signed_at, body=body) for key in keys):
        if is_off:
            raise ClockOff(signed_at=signed_at, now=now)
        return
    # A hint for the honest: the sender's own header, compared with our clock.
    code = "clock_off" if is_off else "signature_invalid"
    raise Refused(401, code, _WORDS, extra=_server_time(now=now))


def _has_signed(key: str, *, sent: Mapping[str, str], signed_at: dt.datetime, body: bytes) -> bool:
    """As the library's own `verify`, which looks at the time first and then says nothing of the signature."""
    if not sent["webhook-id"] or not sent["webhook-signature"]:
        return False
    try:
        expected = _OverBytes(key, body).sign(sent["webhook-id"], signed_at, "").partition(",")[2]
        signatures = [part.split(",") for part in sent["webhook-signature"].split(" ")]
        # Compared as bytes, as the library does: padding and the like may be written in more than one way.
        return any(
            version == "v1" and hmac.compare_digest(base64.b64decode(expected), base64.b64decode(signature))
            for version, signature in signatures
        )
    except ValueError:  # malformed headers raise all kinds of them
        return False


def _moment(timestamp: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromtimestamp(float(timestamp), tz=dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _server_time(*, now: dt.datetime) -> dict[str, str]:
    return {"server_time": timezone.localtime(now).isoformat(timespec="milliseconds")}
