"""What is refused is kept with its reason and payload, counted when it comes again, and can be replayed."""

import datetime as dt
import hashlib
import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from households.card_text import is_fingerprint_reference
from sorting.biometrics import NOTE, is_binary_like, without_biometrics
from sorting.models import Door, Fate, Method, RefusedEvent
from sorting.services.rows import insert_rows

PAYLOAD_DEPTH_MAX = 16  # an event is flat; deeper nesting is kept as a note that it was there
PAYLOAD_TEXT_LENGTH_MAX = 10_000
INTEGER_MAX = 2**63 - 1
BIN_CODE_LENGTH_MAX = 64
EVENT_ID_KEPT_LENGTH_MAX = 200

_TYPES = {
    "bin_code": "text",
    "door": "text",
    "boot_id": "text",
    "event_id": "text",
    "fate": "text",
    "code": "text",
    "message": "text",
    "payload": "jsonb",
    "payload_digest": "text",
    "first_received_at": "timestamptz",
    "last_received_at": "timestamptz",
    "repeat_count": "int",
}
_ON_CONFLICT = (
    "ON CONFLICT (bin_code, code, payload_digest) DO UPDATE SET"
    " repeat_count = sorting_refusedevent.repeat_count + EXCLUDED.repeat_count + 1,"
    " last_received_at = EXCLUDED.last_received_at"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One event that was rejected or in conflict, as it came."""

    event: object
    fate: Fate
    code: str
    message: str


def keep_refusals(
    *, bin_code: str, door: Door, received_at: dt.datetime, refusals: Sequence[Refusal], boot_id: str = ""
) -> None:
    """Store each refusal once; the same one again raises `repeat_count` and `last_received_at`."""
    repeats: Counter[tuple[str, str]] = Counter()
    kept: dict[tuple[str, str], tuple[str, str, Refusal]] = {}
    for refusal in refusals:
        event = _without_body(event=refusal.event)
        payload = storable_json(value=event)
        digest = hashlib.sha256(payload.encode()).hexdigest()
        repeats[refusal.code, digest] += 1
        kept[refusal.code, digest] = (payload, _event_id_of(event=event), refusal)
    # One order everywhere, so that two senders of the same refusals cannot deadlock.
    rows = [(code, digest, *kept[code, digest]) for code, digest in sorted(kept)]
    count = len(rows)
    insert_rows(
        table=RefusedEvent._meta.db_table,
        types=_TYPES,
        columns={
            "bin_code": [storable_text(text=bin_code)[:BIN_CODE_LENGTH_MAX]] * count,
            "door": [door.value] * count,
            "boot_id": [boot_id] * count,
            "event_id": [event_id for _, _, _, event_id, _ in rows],
            "fate": [refusal.fate.value for *_, refusal in rows],
            "code": [code for code, *_ in rows],
            "message": [refusal.message[:300] for *_, refusal in rows],
            "payload": [payload for _, _, payload, _, _ in rows],
            "payload_digest": [digest for _, digest, *_ in rows],
            "first_received_at": [received_at] * count,
            "last_received_at": [received_at] * count,
            "repeat_count": [repeats[code, digest] - 1 for code, digest, *_ in rows],
        },
        on_conflict=_ON_CONFLICT,
    )


def storable_json(*, value: object) -> str:
    """Canonical JSON (sorted keys, no spaces) that PostgreSQL's jsonb takes, whatever the value.

    NUL and lone surrogates become a visible `\\x00` or `\\ud800`; a number that is not JSON or beyond 64 bits, its
    text; what is nested deeper than PAYLOAD_DEPTH_MAX, a note.
    """
    return json.dumps(_storable(value, depth=0), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def storable_text(*, text: str) -> str:
    """The text with NUL and lone surrogates as visible escapes."""
    if text.isprintable():
        return text
    escaped = text.replace("\x00", "\\x00").encode(errors="surrogatepass")
    return escaped.decode(errors="surrogatepass").encode(errors="backslashreplace").decode()


def _without_body(*, event: object) -> object:
    """The event without what looks biometric, whatever it was refused for: that is never kept."""
    cleaned = without_biometrics(value=event)
    if isinstance(cleaned, dict) and cleaned.get("method") == Method.FINGERPRINT:
        card = cleaned.get("card")
        is_text = isinstance(card, str) and not is_binary_like(text=card.strip())
        if card and not (is_text and is_fingerprint_reference(text=card.strip())):
            return cleaned | {"card": NOTE}
    return cleaned


def _storable(value: object, *, depth: int) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return storable_text(text=value[:PAYLOAD_TEXT_LENGTH_MAX])
    if isinstance(value, int):
        return value if -INTEGER_MAX <= value <= INTEGER_MAX else hex(value)[:PAYLOAD_TEXT_LENGTH_MAX]
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth >= PAYLOAD_DEPTH_MAX:
        return "…"
    if isinstance(value, dict):
        return {storable_text(text=str(key)): _storable(item, depth=depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(item, depth=depth + 1) for item in value]
    return storable_text(text=str(value)[:PAYLOAD_TEXT_LENGTH_MAX])


def _event_id_of(*, event: object) -> str:
    event_id = event.get("event_id") if isinstance(event, dict) else None
    return storable_text(text=event_id)[:EVENT_ID_KEPT_LENGTH_MAX] if isinstance(event_id, str) else ""
