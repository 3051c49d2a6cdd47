"""The JSON object that a bin sends for anything but drop-offs: of its fields, only `bin` is asked of every kind."""

import datetime as dt
from typing import Any, TypeGuard
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings

from api.errors import Refused

TEXT_LENGTH_MAX = 64
YEAR_MIN, YEAR_MAX = 1970, 2999  # a clock without a battery starts at 1970; further off is no clock

_document = msgspec.json.Decoder()


class Invalid(ValueError):
    """A value that is not one; the text says what it must be."""


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


def read_moment(value: object) -> dt.datetime:
    """The moment that a text in ISO 8601 names, in UTC; without an offset it is the district's local time.

    :raises Invalid: it names none.
    """
    invalid = Invalid("须为 ISO 8601 日期和时间 (a date and time)")
    # A day alone is not a moment.
    if not isinstance(value, str) or (":" not in value and "T" not in value):
        raise invalid
    try:
        moment = dt.datetime.fromisoformat(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
        moment = moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise invalid from None
    if not YEAR_MIN <= moment.year <= YEAR_MAX:
        raise invalid
    return moment
