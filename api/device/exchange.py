"""One signed message of a bin and the reply to it, whichever way they travel."""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import structlog
from cryptography.fernet import InvalidToken
from django.db import InterfaceError, InternalError, OperationalError

from api.device import metrics
from api.device.rate import bin_rate, clock_rate, retry_after
from api.device.signatures import ClockOff, verify_signature
from api.errors import Refused
from sorting.models import Door, SmartBin
from sorting.queries.first_look import FirstLook, first_look
from sorting.services.clock_refusals import count_clock_refusal

MESSAGE_ID_LENGTH_MAX = 200
BUSY_RETRY_S = 5  # a restart of the database takes about as long

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """What a bin sent: the three webhook headers, by lower-case name, and the bytes that they sign.

    `topic_bin` is the bin whose topic an MQTT message came on; the signed message must be of the same bin.
    """

    headers: Mapping[str, str]
    body: bytes
    door: Door
    received_at: dt.datetime
    topic_bin: str | None = None

    @property
    def message_id(self) -> str:
        return self.headers.get("webhook-id", "")


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bin is told: an HTTP status, whatever the way, and a JSON document."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def reply_to(*, message: Message, answer: Callable[[Message], bytes]) -> Reply:
    """The reply to `message`: what `answer` gives with 200, or the refusal that it raises.

    A database that is away, frozen or out of room becomes 503: its transaction went with the error, nothing is
    stored, and the bin sends the same message again.
    """
    try:
        with unavailable_is_503():
            return Reply(status=200, body=answer(message))
    except Refused as refused:
        return refuse(refused=refused)


def refuse(*, refused: Refused) -> Reply:
    """Count and log a refusal; the reply that tells of it. Nothing else is kept of what was refused as a whole."""
    metrics.REFUSALS.labels(status=refused.status, code=refused.code).inc()
    log.warning("device_request_refused", status=refused.status, code=refused.code)
    return Reply(status=refused.status, body=refused.body(), headers=refused.headers)


def authenticated_bin(*, message: Message, code: str, look: FirstLook | None = None) -> SmartBin:
    """The bin that signed the message, its point selected with it; a token of its share of requests is taken.

    `look`: what was looked up of the bin of this code, where somebody did already.

    :raises Refused: 401 where it did not sign, 400 for a message id that cannot be kept, 429 past its share.
    """
    look = look or first_look(code=code, now=message.received_at)
    smart_bin = look.smart_bin
    keys = look.keys if message.topic_bin in (None, code) else []
    try:
        verify_signature(body=message.body, headers=message.headers, keys=keys, now=message.received_at)
    except ClockOff as off:
        assert smart_bin is not None
        # A limit of its own: whoever recorded old requests of a bin must not use up its share with them.
        if not clock_rate.wait_s(key=smart_bin.pk):
            count_clock_refusal(smart_bin=smart_bin, signed_at=off.signed_at, now=message.received_at)
        raise
    assert smart_bin is not None  # no bin, no keys, no way past the signature
    if len(message.message_id) > MESSAGE_ID_LENGTH_MAX or not message.message_id.isprintable():
        raise Refused(
            400,
            "message_id_invalid",
            f"webhook-id 须为至多 {MESSAGE_ID_LENGTH_MAX} 个可见字符",
            fields={"webhook-id": "至多 200 个可见字符 (at most 200 printable characters)"},
        )
    # After the signature, so that nobody can use up another bin's share.
    wait_s = bin_rate.wait_s(key=smart_bin.pk)
    if wait_s:
        raise Refused(
            429, "too_many_requests", "请求过于频繁 (slow down)", headers={"Retry-After": retry_after(wait_s=wait_s)}
        )
    return smart_bin


@contextlib.contextmanager
def unavailable_is_503() -> Iterator[None]:
    """:raises Refused: 503 where the database is away, frozen or out of room."""
    try:
        yield
    except (OperationalError, InterfaceError, InternalError, InvalidToken) as error:
        log.error("device_door_unavailable", error=str(error)[:200])
        raise Refused(
            503,
            "unavailable",
            "平台暂时不可用,请稍后重发 (try again later)",
            headers={"Retry-After": str(BUSY_RETRY_S)},
        ) from error
