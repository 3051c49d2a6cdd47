"""The answer to a batch of drop-offs: parse, verify, one call, translate. See docs/device-protocol.md."""

import hashlib
from collections import Counter

import msgspec
from django.db import transaction

from api.device import metrics
from api.device.envelope import Envelope, parse_envelope
from api.device.exchange import Message, authenticated_bin
from api.errors import Refused
from sorting.queries.first_look import first_look
from sorting.services.messages import MessageAnswer, MessageIdReused, record_message
from sorting.services.readings import SignedMessage, read_events
from worker.nudge import nudge_tally

LOOKED_AT_UNVERIFIED_MAX = 20  # events: what a stranger can make us read and look up


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
    signed = _verified(message=message, envelope=envelope)
    try:
        answered = record_message(message=signed)
    except MessageIdReused as reused:
        raise Refused(409, reused.code, reused.text) from reused
    _announce(answered)
    # Through the struct, so that a repeat read from the database is the same to the byte.
    return msgspec.json.encode(msgspec.convert(answered.answer, _Answer))


def _verified(*, message: Message, envelope: Envelope) -> SignedMessage:
    """The message, read; of a few events with their hours and cards, looked up in the same statement as the bin.

    Whoever sends many must first have signed: reading and looking up costs something.
    """
    circumstances = None
    if len(envelope.events) > LOOKED_AT_UNVERIFIED_MAX:
        smart_bin = authenticated_bin(message=message, code=envelope.bin)
    readings = read_events(events=envelope.events, door=message.door, judged_at=message.received_at)
    if len(envelope.events) <= LOOKED_AT_UNVERIFIED_MAX:
        look = first_look(code=envelope.bin, now=message.received_at, reads=readings.card_reads, days=readings.days)
        smart_bin = authenticated_bin(message=message, code=envelope.bin, look=look)
        circumstances = look.circumstances
    return SignedMessage(
        smart_bin=smart_bin,
        message_id=message.message_id,
        body_digest=hashlib.sha256(message.body).hexdigest(),
        boot_id=envelope.boot_id or "",
        readings=readings,
        door=message.door,
        received_at=message.received_at,
        circumstances=circumstances,
    )


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
