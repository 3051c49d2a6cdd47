"""The JSON object that a bin sends for anything but drop-offs: of its fields, only `bin` is asked of every kind."""

from typing import Any, TypeGuard

import msgspec

from api.errors import Refused

TEXT_LENGTH_MAX = 64

_document = msgspec.json.Decoder()


def parse_document(*, body: bytes) -> dict[str, Any]:
    """The object in the body, of which only `bin` is known to be right.

    :raises Refused: 400 `body_invalid`: no JSON in UTF-8, no object, or no bin.
    """
    try:
        body.decode()
        document = _document.decode(body)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "body_invalid", f"请求不是 JSON (not JSON): {error}"[:300]) from None
    if not isinstance(document, dict) or not document.get("bin") or not is_short_text(document["bin"]):
        raise Refused(
            400,
            "body_invalid",
            "请求须为 JSON 对象,bin 为桶号 (a JSON object with the bin's code)",
            fields={"bin": f"1 至 {TEXT_LENGTH_MAX} 个可见字符 (1 to {TEXT_LENGTH_MAX} printable characters)"},
        )
    return document


def is_short_text(value: object) -> TypeGuard[str]:
    """Whether it is a text that can be kept. isprintable refuses NUL, line breaks and lone surrogates."""
    return isinstance(value, str) and len(value) <= TEXT_LENGTH_MAX and value.isprintable()
