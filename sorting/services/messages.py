"""One signed message of a bin, answered once: the same message again gets the same answer."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from lib.dialect import execute, is_postgresql
from lib.errors import DomainError
from sorting.models import DeviceMessage, Fate, SmartBin
from sorting.queries.first_look import Circumstances
from sorting.services.at_once import record_at_once
from sorting.services.events import EventFacts
from sorting.services.readings import Readings, SignedMessage
from sorting.services.recording import EventResult, RecordedBatch, circumstances_of, record_readings
from sorting.services.refusals import EVENT_ID_KEPT_LENGTH_MAX, INTEGER_MAX, storable_text
from sorting.services.rows import insert_rows

MESSAGE_KEPT_DAYS = 60  # longer than a bin keeps an event (AGE_DAYS_MAX)

_TYPES = {
    "bin_id": "bigint",
    "message_id": "text",
    "body_digest": "text",
    "answer": "jsonb",
    "received_at": "timestamptz",
}

_KEEP_ANSWER = "UPDATE sorting_devicemessage SET answer = %s WHERE bin_id = %s AND message_id = %s"


class MessageIdReused(DomainError):
    """The same message id came with another body: a fault of the sender."""

    code = "message_id_reused"
    message = "同一消息号已用于内容不同的请求 (this webhook-id was used for another body)"


@dataclass(frozen=True, slots=True)
class MessageAnswer:
    """What the bin is told: `{"batch", "received_at", "results"}`. `is_repeat`: it was told so before."""

    answer: dict[str, Any]
    batch: RecordedBatch | None

    @property
    def is_repeat(self) -> bool:
        return self.batch is None


def record_message(*, message: SignedMessage) -> MessageAnswer:
    """Record the drop-offs of one message and the answer to it, both or neither.

    :raises MessageIdReused: the id is known with another body.
    """
    readings = message.readings
    circumstances = message.circumstances or circumstances_of(smart_bin=message.smart_bin, readings=readings)
    if is_postgresql() and readings.drop_offs and readings.are_all_drop_offs:
        results = [EventResult(event_id=facts.event_id, fate=Fate.ACCEPTED) for facts in _in_order_sent(readings)]
        answer = _answer(received_at=message.received_at, results=results)
        batch_id = record_at_once(message=message, circumstances=circumstances, answer=answer)
        if batch_id is not None:
            batch = RecordedBatch(batch_id=batch_id, received_at=message.received_at, results=results)
            return MessageAnswer(answer={"batch": str(batch_id), **answer}, batch=batch)
    return _record_the_long_way(message=message, circumstances=circumstances)


def _in_order_sent(readings: Readings) -> list[EventFacts]:
    return [reading for reading in readings.each if isinstance(reading, EventFacts)]


@transaction.atomic
def _record_the_long_way(*, message: SignedMessage, circumstances: Circumstances) -> MessageAnswer:
    before = claim_message(
        smart_bin=message.smart_bin,
        message_id=message.message_id,
        body_digest=message.body_digest,
        received_at=message.received_at,
    )
    if before is not None:
        return MessageAnswer(answer=before, batch=None)
    batch = record_readings(
        smart_bin=message.smart_bin,
        readings=message.readings,
        door=message.door,
        received_at=message.received_at,
        boot_id=message.boot_id,
        digest=message.body_digest,
        circumstances=circumstances,
    )
    answer = {"batch": str(batch.batch_id), **_answer(received_at=batch.received_at, results=batch.results)}
    keep_answer(smart_bin=message.smart_bin, message_id=message.message_id, answer=answer)
    return MessageAnswer(answer=answer, batch=batch)


def claim_message(
    *, smart_bin: SmartBin, message_id: str, body_digest: str, received_at: dt.datetime
) -> dict[str, Any] | None:
    """Take the message in the caller's transaction, to be answered by `keep_answer`; the answer where it had one.

    Of two identical messages at once, one waits here and then reads the other's answer.

    :raises MessageIdReused: the id is known with another body.
    """
    is_new = insert_rows(
        table=DeviceMessage._meta.db_table,
        types=_TYPES,
        columns={
            "bin_id": [smart_bin.pk],
            "message_id": [message_id],
            "body_digest": [body_digest],
            "answer": ["{}"],
            "received_at": [received_at],
        },
        on_conflict="ON CONFLICT (bin_id, message_id) DO NOTHING",
    )
    return None if is_new else answer_before(smart_bin=smart_bin, message_id=message_id, body_digest=body_digest)


def answer_before(*, smart_bin: SmartBin, message_id: str, body_digest: str) -> dict[str, Any] | None:
    """The answer that this message had; None where it never came.

    :raises MessageIdReused: the id is known with another body.
    """
    before = DeviceMessage.objects.filter(bin=smart_bin, message_id=message_id).first()
    if before is None:
        return None
    if before.body_digest != body_digest:
        raise MessageIdReused
    answer: dict[str, Any] = before.answer
    return answer


def keep_answer(*, smart_bin: SmartBin, message_id: str, answer: dict[str, Any]) -> None:
    """Keep the answer to a message that was claimed in this transaction."""
    execute(_KEEP_ANSWER, [json.dumps(answer, ensure_ascii=False), smart_bin.pk, message_id])


def forget_old_messages(*, now: dt.datetime) -> int:
    """Delete the messages that no bin will send again; how many. The drop-offs stay, and stay known by their ids."""
    old = DeviceMessage.objects.filter(received_at__lt=now - dt.timedelta(days=MESSAGE_KEPT_DAYS))
    return old.delete()[0]


def _answer(*, received_at: dt.datetime, results: Sequence[EventResult]) -> dict[str, Any]:
    """The answer but for its batch."""
    return {
        "received_at": timezone.localtime(received_at).isoformat(timespec="milliseconds"),
        "results": [
            {
                "event_id": result.event_id if result.fate is Fate.ACCEPTED else _echo(result.event_id),
                "fate": result.fate.value,
                "code": result.code,
            }
            for result in results
        ],
    }


def _echo(event_id: object) -> object:
    """The event's id as it can be given back: no NUL, not the megabyte that a broken bin may call its id."""
    if isinstance(event_id, str):
        return storable_text(text=event_id)[:EVENT_ID_KEPT_LENGTH_MAX]
    if event_id is None or (isinstance(event_id, int) and abs(event_id) <= INTEGER_MAX):
        return event_id
    return None
