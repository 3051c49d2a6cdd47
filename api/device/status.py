"""The answer to a heartbeat: parse, verify, one call, translate. See docs/device-protocol.md."""

import datetime as dt
import math
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from django.utils import timezone

from api.device.document import TEXT_LENGTH_MAX, Invalid, is_short_text, parse_document, read_moment
from api.device.exchange import Message, authenticated_bin
from api.errors import Refused
from sorting.categories import WasteCategory
from sorting.services.status import Heartbeat, record_status

INTEGER_MAX = 2**63 - 1
TEMPERATURE_C_MIN, TEMPERATURE_C_MAX = -80, 200  # what a thermometer in a bin can have seen, fire included


def answer_status(message: Message) -> bytes:
    """Record the heartbeat; the server's time, the bin's clock against it, and the bin's open alerts as JSON.

    :raises Refused: 400 no such shape or a wrong value (`field_invalid`, with `fields`); 401, 429 as everywhere.
    """
    document = parse_document(body=message.body)
    smart_bin = authenticated_bin(message=message, code=document["bin"])
    heartbeat = _heartbeat(document=document, signed_at=_signed_at(message=message))
    recorded = record_status(smart_bin=smart_bin, heartbeat=heartbeat, received_at=message.received_at)
    return msgspec.json.encode(
        {
            "received_at": _text(message.received_at),
            "server_time": _text(timezone.now()),
            "clock_skew_s": round(recorded.clock_skew_s, 3),
            "alerts": [{"kind": kind.value, "subject": subject} for kind, subject in recorded.alerts],
        }
    )


def _text(moment: dt.datetime) -> str:
    return timezone.localtime(moment).isoformat(timespec="milliseconds")


def _signed_at(*, message: Message) -> dt.datetime:
    """The moment in the header that the signature covers, and that was checked with it."""
    return dt.datetime.fromtimestamp(float(message.headers["webhook-timestamp"]), tz=dt.UTC)


def _heartbeat(*, document: Mapping[str, Any], signed_at: dt.datetime) -> Heartbeat:
    """What the document says; null is as good as absent, and unknown fields are tolerated."""
    found: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, read in _READERS.items():
        if document.get(name) is None:
            continue
        try:
            found[name] = read(document[name])
        except Invalid as invalid:
            wrong[name] = str(invalid)
    if wrong:
        raise Refused(400, "field_invalid", f"字段不合规 (invalid fields): {', '.join(wrong)}", fields=wrong)
    return Heartbeat(signed_at=signed_at, said_at=found.pop("sent_at", signed_at), **found)


def _short_text(value: object) -> str:
    if is_short_text(value):
        return value
    raise Invalid(f"至多 {TEXT_LENGTH_MAX} 个可见字符 (at most {TEXT_LENGTH_MAX} printable characters)")


def _whole_number(value: object) -> int:
    # By type, as bool is an int in Python.
    if type(value) is int and 0 <= value <= INTEGER_MAX:
        return value
    raise Invalid("须为非负整数 (a whole number from 0)")


def _number(value: object, *, least: float, most: float) -> float:
    if type(value) in (int, float) and least <= value <= most and math.isfinite(value):  # type: ignore[operator, arg-type]
        return float(value)  # type: ignore[arg-type]
    raise Invalid(f"须为 {least:g} 到 {most:g} 之间的数 (a number from {least:g} to {most:g})")


def _rate(value: object) -> float:
    return _number(value, least=0, most=1)


def _temperature_c(value: object) -> float:
    return _number(value, least=TEMPERATURE_C_MIN, most=TEMPERATURE_C_MAX)


def _true_or_false(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise Invalid("须为 true 或 false (true or false)")


def _fill_rates(value: object) -> dict[str, float]:
    if not isinstance(value, dict) or not value.keys() <= set(WasteCategory.values):
        names = "、".join(WasteCategory.values)
        raise Invalid(f"须为对象,键为类别:{names} (an object by category)")
    return {category: _rate(rate) for category, rate in value.items() if rate is not None}


_READERS: Mapping[str, Callable[[object], object]] = {
    "boot_id": _short_text,
    "sent_at": read_moment,
    "last_sequence": _whole_number,
    "fill_rates": _fill_rates,
    "is_lid_open": _true_or_false,
    "temperature_c": _temperature_c,
    "battery_rate": _rate,
    "firmware": _short_text,
}
