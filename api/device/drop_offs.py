"""The answer to a batch of drop-offs: parse, verify, one call, translate. See docs/device-protocol.md."""

import hashlib
from collections import Counter

import msgspec
from django.db import transaction

from api.device import metrics
from api.device.envelope import parse_envelope
from api.device.exchange import Message, authenticated_bin
from api.errors import Refused
from sorting.services.messages import MessageAnswer, MessageIdReused, record_message
from worker.nudge import nudge_tally


class _Result(msgspec.Struct):
    event_id: str | int | bool | None
    fate: str
    code: str | None


class _Answer(msgspec.Struct):
    batch: str
    received_at: str
    results: list[_Result]


def answer_drop_offs(message: Message) -> bytes:
    """Record the batch; the fate of each event as JSON. After that the bin may forget the batch.

    :raises Refused: the message as a whole is not taken; nothing is stored.
    """
    envelope = parse_envelope(body=message.body)
    smart_bin = authenticated_bin(message=message, code=envelope.bin)
    try:
        answered = record_message(
            smart_bin=smart_bin,
            message_id=message.message_id,
            body_digest=hashlib.sha256(message.body).hexdigest(),
            boot_id=envelope.boot_id or "",
            events=envelope.events,
            door=message.door,
            received_at=message.received_at,
        )
    except MessageIdReused as reused:
        raise Refused(409, reused.code, reused.text) from reused
    _announce(answered)
    # Through the struct, so that a repeat read from the database is the same to the byte.
    return msgspec.json.encode(msgspec.convert(answered.answer, _Answer))


def _announce(answered: MessageAnswer) -> None:
    """Count, and wake the tally where something new was stored."""
    if answered.batch is None:
        metrics.REPEATS.inc()
        return
    counts = Counter(result.fate.value for result in answered.batch.results)
    for fate, count in counts.items():
        metrics.EVENTS.labels(fate=fate).inc(count)
    if counts["accepted"]:
        transaction.on_commit(lambda: nudge_tally(), robust=True)
