"""Which batches come next, how often each was tried, and what to do with one that cannot be tallied.

An attempt is counted and committed before the claim: even a batch that kills its worker is found. What was tried
ATTEMPTS_BEFORE_ALONE times is claimed alone; what then still kills its worker is set aside whole.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from lib import dialect
from sorting.models import TallyAttempt

ATTEMPTS_BEFORE_ALONE = 3
ATTEMPTS_ALONE_MAX = 5
BATCHES_A_RUN_MAX = 400  # small batches: the id lists in the statements stay short


@dataclass(frozen=True, slots=True)
class Claim:
    """Batches of one community that are to be tallied in one transaction."""

    community_id: int
    batch_ids: list[int]


def begin(*, now: datetime, rows_max: int, lock: Callable[..., bool]) -> Claim | None:
    """Choose the next claim, oldest community first, and count the attempt. None when nothing can be claimed."""
    with transaction.atomic():
        for community_id in _waiting_communities(now=now):
            if not lock(community_id=community_id):
                continue
            batch_ids = _choose(community_id=community_id, rows_max=rows_max, now=now)
            if batch_ids:
                _count(batch_ids=batch_ids, now=now)
                return Claim(community_id=community_id, batch_ids=batch_ids)
    return None


def is_waiting(*, now: datetime) -> bool:
    """Whether any batch is due that was not set aside."""
    return bool(_waiting_communities(now=now))


def forgive(*, batch_ids: Sequence[int]) -> None:
    """Take an attempt back: it did not fail because of the batches."""
    with transaction.atomic():
        dialect.execute(
            f"UPDATE sorting_tallyattempt SET attempt_count = attempt_count - 1 "  # noqa: S608
            f"WHERE attempt_count > 0 AND batch_id IN ({_listed(batch_ids)})"
        )


def clear(*, batch_ids: Sequence[int]) -> None:
    """Forget the attempts of batches that are tallied now (in the tally's own transaction)."""
    dialect.execute(f"DELETE FROM sorting_tallyattempt WHERE batch_id IN ({_listed(batch_ids)})")  # noqa: S608


def set_batch_aside(*, batch_id: int, error: str, now: datetime) -> None:
    """Keep a batch from being claimed until `retry_faults`, with the error."""
    TallyAttempt.objects.update_or_create(
        batch_id=batch_id, defaults={"is_set_aside": True, "error": error, "last_at": now}
    )


def _waiting_communities(*, now: datetime) -> list[int]:
    rows = dialect.fetch(
        """SELECT b.community_id FROM sorting_dropoffbatch b
           LEFT JOIN sorting_tallyattempt t ON t.batch_id = b.id
           WHERE b.tallied_at IS NULL AND b.due_at <= %s AND NOT COALESCE(t.is_set_aside, %s)
           GROUP BY b.community_id ORDER BY MIN(b.id)""",
        [dialect.adapt(value=now), False],
    )
    return [row[0] for row in rows]


def _choose(*, community_id: int, rows_max: int, now: datetime) -> list[int]:
    rows = dialect.fetch(
        """SELECT b.id, b.event_count, COALESCE(t.attempt_count, 0) FROM sorting_dropoffbatch b
           LEFT JOIN sorting_tallyattempt t ON t.batch_id = b.id
           WHERE b.tallied_at IS NULL AND b.community_id = %s AND b.due_at <= %s AND NOT COALESCE(t.is_set_aside, %s)
           ORDER BY b.id LIMIT %s""",
        [community_id, dialect.adapt(value=now), False, BATCHES_A_RUN_MAX],
    )
    chosen: list[int] = []
    row_count = 0
    for batch_id, event_count, attempt_count in rows:
        if attempt_count >= ATTEMPTS_BEFORE_ALONE + ATTEMPTS_ALONE_MAX:
            set_batch_aside(batch_id=batch_id, error=f"结算进程在此批次上中断了 {attempt_count} 次", now=now)
            continue
        if attempt_count >= ATTEMPTS_BEFORE_ALONE:
            if chosen:
                break
            return [batch_id]
        if chosen and row_count + event_count > rows_max:
            break
        chosen.append(batch_id)
        row_count += event_count
    return chosen


def _count(*, batch_ids: Sequence[int], now: datetime) -> None:
    moment = dialect.adapt(value=now)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO sorting_tallyattempt AS t (batch_id, attempt_count, last_at, error, is_set_aside)
                SELECT id, 1, %s, '', %s FROM sorting_dropoffbatch WHERE id IN ({_listed(batch_ids)})
                ORDER BY id
                ON CONFLICT (batch_id) DO UPDATE
                SET attempt_count = t.attempt_count + 1, last_at = excluded.last_at""",  # noqa: S608
            [moment, False],
        )


def _listed(ids: Sequence[int]) -> str:
    return ",".join(str(int(each)) for each in ids) or "NULL"
