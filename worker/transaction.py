"""The one tally transaction: batches in, points and community days out, all of it or nothing.

It takes the batches of one community, so that two workers seldom want the same households; whoever works on a
community holds its advisory lock until COMMIT. On SQLite the one write lock does the same.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from indicators.community_days import add_staged_arrivals, count_samples
from lib import dialect
from points import ledger, settlement
from points.models import RunKind
from sorting.services.arrivals import stage_arrivals, touched_days_sql
from worker import attempts
from worker.crashpoints import crashpoint

COMMUNITY_LOCK_CLASS = 0x66656E  # pg_advisory_xact_lock(class, community)


class Fate(enum.Enum):
    """What came of one call."""

    DONE = "done"
    IDLE = "idle"  # nothing is waiting
    BUSY = "busy"  # what is waiting is in other hands
    SET_ASIDE = "set_aside"  # something could not be tallied and was set aside


@dataclass(frozen=True, slots=True)
class TallyOutcome:
    """What one call did: batches, rows (arrivals and attributions), transfers and points posted."""

    fate: Fate
    batch_count: int = 0
    row_count: int = 0
    transfer_count: int = 0
    points: int = 0


def tally_batches(*, batch_ids: Sequence[int], community_id: int, now: datetime) -> TallyOutcome | None:
    """Tally exactly these batches of one community, in one transaction; None when another worker has the community."""
    with transaction.atomic():
        if not try_community_lock(community_id=community_id):
            return None
        run_id = ledger.next_run_id()
        claimed = _mark_tallied(batch_ids=batch_ids, run_id=run_id, now=now)
        outcome = _tally_claimed(batch_ids=claimed, drop_off_ids=(), run_id=run_id, now=now)
        attempts.clear(batch_ids=batch_ids)
        crashpoint("before_commit")
    return outcome


def tally_drop_offs(*, drop_off_ids: Sequence[int], now: datetime) -> TallyOutcome:
    """Tally drop-offs of batches that are tallied already: those that were set aside and are let in again."""
    with transaction.atomic():
        return _tally_claimed(batch_ids=(), drop_off_ids=drop_off_ids, run_id=ledger.next_run_id(), now=now)


def try_community_lock(*, community_id: int) -> bool:
    """Take the community until this transaction ends; False when another worker has it."""
    if not dialect.is_postgresql():
        return True
    return bool(
        dialect.fetch(f"SELECT pg_try_advisory_xact_lock({COMMUNITY_LOCK_CLASS:d}, {community_id % 2**31:d})")[0][0]
    )


def _mark_tallied(*, batch_ids: Sequence[int], run_id: int, now: datetime) -> list[int]:
    listed = ",".join(str(int(each)) for each in batch_ids)
    rows = dialect.fetch(
        f"""UPDATE sorting_dropoffbatch SET tallied_at = %s, tally_run_id = %s
            WHERE id IN (SELECT id FROM sorting_dropoffbatch WHERE id IN ({listed}) AND tallied_at IS NULL
                         ORDER BY id {dialect.words()["for_update_skip_locked"]})
            RETURNING id""",  # noqa: S608
        [dialect.adapt(value=now), run_id],
    )
    return [row[0] for row in rows]


def _tally_claimed(
    *, batch_ids: Sequence[int], drop_off_ids: Sequence[int], run_id: int, now: datetime
) -> TallyOutcome:
    row_count = stage_arrivals(batch_ids=batch_ids, drop_off_ids=drop_off_ids)
    crashpoint("after_mark")
    settlement.stage_days(days_sql=touched_days_sql(batch_ids=batch_ids))
    settlement.settle_staged_days(now=now)
    add_staged_arrivals()
    count_samples(batch_ids=batch_ids)
    run = ledger.post_staged(run_id=run_id, kind=RunKind.TALLY, now=now)
    return TallyOutcome(
        fate=Fate.DONE,
        batch_count=len(batch_ids),
        row_count=row_count,
        transfer_count=run.transfer_count,
        points=run.points,
    )
