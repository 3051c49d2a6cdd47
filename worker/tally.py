"""Tallying: one claim at a time, or all that is waiting."""

import time
from dataclasses import replace
from datetime import datetime

from django.db import InterfaceError, OperationalError

from lib import dialect
from sorting.services.attribution import attribute_bound_cards
from worker import attempts, poison
from worker.crashpoints import crashpoint
from worker.transaction import Fate, TallyOutcome, tally_batches, try_community_lock

ROWS_A_RUN_MAX = 20_000  # measured: larger claims gain nothing and hold their locks longer
ROWS_A_RUN_MAX_SQLITE = 2_000  # bins must get their turn at the one write lock
BUSY_WAIT_S = 0.05


def rows_a_run_max() -> int:
    """How many drop-offs one run takes at the most (one batch is never cut)."""
    return ROWS_A_RUN_MAX if dialect.is_postgresql() else ROWS_A_RUN_MAX_SQLITE


def tally_next_batch(*, now: datetime) -> TallyOutcome:
    """Claim the next batches that are due by `now` and tally them in one transaction.

    A claim that fails for good is cut down to the rows that make it fail; these are set aside with their error.

    :raises django.db.OperationalError: the database is away or a lock was not to be had; nothing changed, try again.
    """
    claim = attempts.begin(now=now, rows_max=rows_a_run_max(), lock=try_community_lock)
    if claim is None:
        return TallyOutcome(fate=Fate.BUSY if attempts.is_waiting(now=now) else Fate.IDLE)
    crashpoint("after_claim")
    try:
        outcome = tally_batches(batch_ids=claim.batch_ids, community_id=claim.community_id, now=now)
    except (OperationalError, InterfaceError):
        attempts.forgive(batch_ids=claim.batch_ids)
        raise
    except Exception as error:
        # Also what the database knows nothing of, as a day without a programme: one batch must not stop all others.
        return poison.isolate(claim=claim, error=error, now=now)
    crashpoint("after_commit")
    if outcome is None:
        attempts.forgive(batch_ids=claim.batch_ids)
        return TallyOutcome(fate=Fate.BUSY)
    return outcome


def drain(*, now: datetime) -> TallyOutcome:
    """Tally all that is due by `now`; the sum of the outcomes.

    Bound cards are looked for first. What is in another worker's hands is waited for. `fate` is SET_ASIDE when
    something had to be set aside on the way, else DONE or, where nothing was waiting, IDLE.

    :raises django.db.OperationalError: as tally_next_batch.
    """
    attribute_bound_cards(now=now)
    total = TallyOutcome(fate=Fate.IDLE)
    while True:
        outcome = tally_next_batch(now=now)
        if outcome.fate is Fate.IDLE:
            return total
        if outcome.fate is Fate.BUSY:
            time.sleep(BUSY_WAIT_S)
            continue
        total = replace(
            total,
            fate=Fate.SET_ASIDE if Fate.SET_ASIDE in (total.fate, outcome.fate) else Fate.DONE,
            batch_count=total.batch_count + outcome.batch_count,
            row_count=total.row_count + outcome.row_count,
            transfer_count=total.transfer_count + outcome.transfer_count,
            points=total.points + outcome.points,
        )
