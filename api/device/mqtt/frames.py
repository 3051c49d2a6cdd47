"""What an MQTT payload holds: the three headers of the HTTP request, an empty line, and the same body.

The body stays the bytes that were signed. In MQTT 3.1.1, which is all that many modems speak, a message has no
properties where headers could go.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from api.device.envelope import BODY_BYTES_MAX
from api.device.exchange import MESSAGE_ID_LENGTH_MAX, Reply
from api.device.signatures import HEADERS
from api.errors import Refused

HEAD_BYTES_MAX = 2_048  # an id of 200 characters, a time, and the signatures of two keys
_EMPTY_LINE = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Frame:
    """The headers, by lower-case name, and the body."""

    headers: Mapping[str, str]
    body: bytes


class _ReplyPayload(msgspec.Struct):
    id: str | None
    status: int
    retry_after_s: int | None
    answer: msgspec.Raw


def parse_frame(*, payload: bytes) -> Frame:
    """Take a payload apart. Lines may end as in HTTP; headers that we do not know are left out.

    :raises Refused: 400 where there is no head and empty line, 413 for a body past BODY_BYTES_MAX.
    """
    head, body = _parted(payload=payload)
    headers: dict[str, str] = {}
    for line in head.splitlines():
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if not colon or name in headers:
            raise _unreadable()
        headers[name] = value.strip()
    if len(body) > BODY_BYTES_MAX:
        raise Refused(413, "body_too_large", f"请求超过 {BODY_BYTES_MAX} 字节 (body too large)")
    return Frame(headers={name: headers.get(name, "") for name in HEADERS}, body=body)


def message_id_of(*, payload: bytes) -> str | None:
    """The webhook-id with which a reply can be told apart, from whatever was sent; None where there is none."""
    for line in payload[:HEAD_BYTES_MAX].decode("ascii", errors="ignore").splitlines():
        name, _, value = line.partition(":")
        if name.strip().lower() == HEADERS[0]:
            value = value.strip()
            return value if 0 < len(value) <= MESSAGE_ID_LENGTH_MAX and value.isprintable() else None
        if not line:
            return None
    return None


def reply_payload(*, message_id: str | None, reply: Reply) -> bytes:
    """`{"id", "status", "retry_after_s", "answer"}`; `answer` is the body of the HTTP response, to the byte."""
    retry_after = reply.headers.get("Retry-After")
    return msgspec.json.encode(
        _ReplyPayload(
            id=message_id,
            status=reply.status,
            retry_after_s=int(retry_after) if retry_after else None,
            answer=msgspec.Raw(reply.body),
        )
    )


def _parted(*, payload: bytes) -> tuple[str, bytes]:
    found = _EMPTY_LINE.search(payload, 0, HEAD_BYTES_MAX)
    head = payload[: found.start()] if found else b""
    if found and head.isascii():
        return head.decode(), payload[found.end() :]
    if len(payload) > BODY_BYTES_MAX + HEAD_BYTES_MAX:
        raise Refused(413, "body_too_large", f"请求超过 {BODY_BYTES_MAX} 字节 (body too large)")
    raise _unreadable()


def _unreadable() -> Refused:
    return Refused(
        400, "frame_invalid", "须为三行 webhook 头、一个空行、请求体 (three webhook headers, an empty line, the body)"
    )
