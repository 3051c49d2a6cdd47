"""One signed message of a bin, answered once: the same message again gets the same answer."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from lib.dialect import execute
from lib.errors import DomainError
from sorting.models import DeviceMessage, Door, Fate, SmartBin
from sorting.services.recording import RecordedBatch, record_drop_offs
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


@transaction.atomic
def record_message(
    *,
    smart_bin: SmartBin,
    message_id: str,
    body_digest: str,
    boot_id: str,
    events: Sequence[object],
    door: Door,
    received_at: dt.datetime,
) -> MessageAnswer:
    """Record the drop-offs of one message and the answer to it, both or neither.

    :raises MessageIdReused: the id is known with another body.
    """
    # The row is claimed first: of two identical messages at once, one waits here and then reads the other's answer.
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
    if not is_new:
        before = DeviceMessage.objects.get(bin=smart_bin, message_id=message_id)
        if before.body_digest != body_digest:
            raise MessageIdReused
        return MessageAnswer(answer=before.answer, batch=None)
    batch = record_drop_offs(
        smart_bin=smart_bin,
        events=events,
        door=door,
        received_at=received_at,
        boot_id=boot_id,
        digest=body_digest,
    )
    answer = _answer(batch=batch)
    execute(_KEEP_ANSWER, [json.dumps(answer, ensure_ascii=False), smart_bin.pk, message_id])
    return MessageAnswer(answer=answer, batch=batch)


def forget_old_messages(*, now: dt.datetime) -> int:
    """Delete the messages that no bin will send again; how many. The drop-offs stay, and stay known by their ids."""
    old = DeviceMessage.objects.filter(received_at__lt=now - dt.timedelta(days=MESSAGE_KEPT_DAYS))
    return old.delete()[0]


def _answer(*, batch: RecordedBatch) -> dict[str, Any]:
    return {
        "batch": str(batch.batch_id),
        "received_at": timezone.localtime(batch.received_at).isoformat(timespec="milliseconds"),
        "results": [
            {
                "event_id": result.event_id if result.fate is Fate.ACCEPTED else _echo(result.event_id),
                "fate": result.fate.value,
                "code": result.code,
            }
            for result in batch.results
        ],
    }


def _echo(event_id: object) -> object:
    """The event's id as it can be given back: no NUL, not the megabyte that a broken bin may call its id."""
    if isinstance(event_id, str):
        return storable_text(text=event_id)[:EVENT_ID_KEPT_LENGTH_MAX]
    if event_id is None or (isinstance(event_id, int) and abs(event_id) <= INTEGER_MAX):
        return event_id
    return None
