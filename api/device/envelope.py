"""The signed message of a bin, parsed: its shape is checked, its events are left as they came."""

from typing import Annotated

import msgspec
from django.http import HttpRequest

from api.errors import Refused

BODY_BYTES_MAX = 256 * 1024
BATCH_EVENTS_MAX = 1_000  # one request stays under 256 KiB, one tally claim under some seconds

_Short = Annotated[str, msgspec.Meta(max_length=64)]


class Envelope(msgspec.Struct):
    """What a bin sends. Unknown fields are tolerated; what is wrong with an event is that event's matter."""

    bin: _Short
    events: list[object]
    boot_id: _Short | None = None


class _RawEnvelope(msgspec.Struct):
    bin: _Short
    events: list[msgspec.Raw]
    boot_id: _Short | None = None


_envelope = msgspec.json.Decoder(Envelope)
_raw_envelope = msgspec.json.Decoder(_RawEnvelope)
_event = msgspec.json.Decoder()


def read_body(*, request: HttpRequest, bytes_max: int = BODY_BYTES_MAX) -> bytes:
    """The body, if it is small enough and sent as it is. No more than `bytes_max` and one are ever held.

    A body in chunks says nothing of its length beforehand; small devices send so, and Django would see it as empty.

    :raises Refused: 413 before anything is read where Content-Length says so; 400 for a compressed or broken one.
    """
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise Refused(400, "body_invalid", "Content-Length 不是数字") from None
    if length > bytes_max:
        raise _too_large(bytes_max=bytes_max)
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise Refused(400, "body_invalid", "不接受压缩的请求 (Content-Encoding is not accepted)")
    is_chunked = bool(request.headers.get("Transfer-Encoding"))
    stream = request.META["wsgi.input"] if is_chunked else request
    body = bytearray()
    try:
        while part := stream.read(bytes_max + 1 - len(body)):
            body += part
    except OSError:
        raise Refused(400, "body_invalid", "请求没有传完 (the body broke off)") from None
    if len(body) > bytes_max:
        raise _too_large(bytes_max=bytes_max)
    return bytes(body)


def _too_large(*, bytes_max: int) -> Refused:
    return Refused(413, "body_too_large", f"请求超过 {bytes_max} 字节 (body too large)")


def parse_envelope(*, body: bytes) -> Envelope:
    """The message in `body`.

    :raises Refused: 400 where it is no JSON in UTF-8 or has no such shape, 413 past BATCH_EVENTS_MAX events.
    """
    try:
        body.decode()
        envelope = _decode(body)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        raise Refused(400, "body_invalid", f"请求不是所要求的 JSON (not the JSON asked for): {error}"[:300]) from None
    # What neither database can keep is in no bin's code.
    for name, text in (("bin", envelope.bin), ("boot_id", envelope.boot_id or "")):
        if not text.isprintable():
            raise Refused(400, "body_invalid", "请求含不可见字符", fields={name: "须为可见字符 (printable characters)"})
    if len(envelope.events) > BATCH_EVENTS_MAX:
        raise Refused(413, "too_many_events", f"一次最多 {BATCH_EVENTS_MAX} 条 (too many events)")
    return envelope


def _decode(body: bytes) -> Envelope:
    try:
        return _envelope.decode(body)
    except (ValueError, RecursionError):
        # One event with a number out of this world must not keep a bin from ever emptying its memory.
        raw = _raw_envelope.decode(body)
        return Envelope(bin=raw.bin, boot_id=raw.boot_id, events=[_decode_event(event) for event in raw.events])


def _decode_event(raw: msgspec.Raw) -> object:
    try:
        return _event.decode(raw)
    except (ValueError, RecursionError):
        return bytes(raw).decode()  # its text, which is rejected and kept
