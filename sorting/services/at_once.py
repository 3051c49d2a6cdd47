"""The common message, in one statement: every event is a drop-off that nobody has told of before. PostgreSQL.

What the long way (sorting.services.messages) does in six statements and a commit, this does in one journey, or not at
all: where the message or one of its events is there already, nothing is stored.
"""

import contextlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, connection, transaction

from lib.dialect import fetch_prepared
from lib.sql_lists import array_literal
from sorting.models import BatchKind
from sorting.queries.first_look import Circumstances
from sorting.services.drop_off_rows import BATCH_TYPES, DROP_OFF_TYPES, drop_off_columns
from sorting.services.readings import SignedMessage

# In the order of the long way, message first, so that the two cannot wait for each other. The message is looked for
# before anything is inserted: a repeat is no error in the server's log.
_RECORD = f"""
WITH batch AS (
    INSERT INTO sorting_dropoffbatch
        (kind, door, bin_id, community_id, boot_id, received_at, due_at, event_count, digest, is_awarding)
    SELECT '{BatchKind.DROP_OFFS.value}', sent.door, sent.bin_id, sent.community_id, sent.boot_id, sent.received_at,
           sent.received_at, sent.event_count, sent.digest, TRUE
    FROM (VALUES (%s::text, %s::bigint, %s::bigint, %s::text, %s::timestamptz, %s::int, %s::text, %s::text))
        AS sent (door, bin_id, community_id, boot_id, received_at, event_count, digest, message_id)
    WHERE NOT EXISTS (SELECT 1 FROM sorting_devicemessage known
                      WHERE known.bin_id = sent.bin_id AND known.message_id = sent.message_id)
    RETURNING id, bin_id, community_id, digest, received_at
), message AS (
    INSERT INTO sorting_devicemessage (bin_id, message_id, body_digest, answer, received_at)
    SELECT bin_id, %s, digest, jsonb_build_object('batch', id::text) || %s::jsonb, received_at FROM batch
    RETURNING bin_id
), stored AS (
    INSERT INTO sorting_dropoff ({", ".join(BATCH_TYPES | DROP_OFF_TYPES)})
    SELECT batch.id, message.bin_id, batch.community_id, told.*
    FROM batch CROSS JOIN message
    CROSS JOIN unnest({", ".join(f"%s::{kind}[]" for kind in DROP_OFF_TYPES.values())}) AS told
)
SELECT id FROM batch"""  # noqa: S608 - our own names


def record_at_once(*, message: SignedMessage, circumstances: Circumstances, answer: Mapping[str, Any]) -> int | None:
    """Store the batch, its drop-offs and the message with `answer` and the batch in it; the batch's key.

    None, and nothing is stored, where the message or one of its events is there already.
    """
    drop_offs = message.readings.drop_offs
    columns = drop_off_columns(smart_bin=message.smart_bin, drop_offs=drop_offs, circumstances=circumstances)
    params = [
        message.door.value,
        message.smart_bin.pk,
        message.smart_bin.point.community_id,
        message.boot_id,
        message.received_at,
        len(drop_offs),
        message.body_digest,
        message.message_id,
        message.message_id,
        json.dumps(answer, ensure_ascii=False),
        *(array_literal(values=values) for values in columns.values()),
    ]
    # One statement is a transaction by itself; inside another one it needs a way back.
    way_back = transaction.atomic() if connection.in_atomic_block else contextlib.nullcontext()
    try:
        with way_back:
            rows = fetch_prepared(_RECORD, params)
    except IntegrityError:
        return None
    return int(rows[0][0]) if rows else None
