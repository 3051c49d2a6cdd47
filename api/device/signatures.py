"""Is this message from this bin, and of now? The Standard Webhooks envelope, with the bin's own keys."""

import base64
import datetime as dt
import hmac
from collections.abc import Mapping, Sequence
from math import floor

from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

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


def verify_signature(*, body: bytes, headers: Mapping[str, str], keys: Sequence[str], now: dt.datetime) -> None:
    """Return where one of the keys signed the body within five minutes of now.

    :raises Refused: 401 otherwise; the same words whatever was wrong, so that nobody learns which bins there are.
    """
    sent = {name: headers.get(name, "") for name in HEADERS}
    for key in keys:
        try:
            _OverBytes(key, body).verify("", sent, json_parse=False)
        except (WebhookVerificationError, ValueError):  # malformed headers raise all kinds of ValueErrors
            continue
        return
    raise Refused(
        401,
        "clock_off" if _is_clock_off(sent["webhook-timestamp"], now=now) else "signature_invalid",
        "签名不被接受 (the signature is not accepted)",
        extra={"server_time": timezone.localtime(now).isoformat(timespec="milliseconds")},
    )


def _is_clock_off(timestamp: str, *, now: dt.datetime) -> bool:
    """A hint for the honest: the sender's own header, compared with our clock."""
    try:
        return abs(float(timestamp) - now.timestamp()) > CLOCK_TOLERANCE_S
    except ValueError:
        return False
