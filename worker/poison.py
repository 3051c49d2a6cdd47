"""What to do with a claim that cannot be tallied: find the rows that make it fail, and set only these aside."""

from datetime import datetime

import structlog
from django.db import DatabaseError, connection, transaction

from sorting.models import DropOff, SetAside, TallyAttempt
from worker.attempts import ATTEMPTS_BEFORE_ALONE, Claim, set_batch_aside
from worker.transaction import Fate, TallyOutcome, tally_batches

log = structlog.get_logger(__name__)


def isolate(*, claim: Claim, error: DatabaseError, now: datetime) -> TallyOutcome:
    """A claim failed for good: tally its batches alone from now on; of a lone batch set the failing rows aside."""
    log.error("tally_failed", batch_ids=claim.batch_ids[:20], error=str(error))
    if len(claim.batch_ids) > 1:
        TallyAttempt.objects.filter(batch_id__in=claim.batch_ids).update(attempt_count=ATTEMPTS_BEFORE_ALONE)
        return TallyOutcome(fate=Fate.BUSY)
    batch_id = claim.batch_ids[0]
    drop_off_ids = list(DropOff.objects.filter(batch_id=batch_id).order_by("pk").values_list("pk", flat=True))
    errors = _failing_rows(claim=claim, drop_off_ids=drop_off_ids, now=now)
    if not errors or len(errors) == len(drop_off_ids):
        set_batch_aside(batch_id=batch_id, error=str(error), now=now)
        return TallyOutcome(fate=Fate.SET_ASIDE)
    _set_rows_aside(errors=errors, now=now)
    return TallyOutcome(fate=Fate.SET_ASIDE)


def _failing_rows(*, claim: Claim, drop_off_ids: list[int], now: datetime) -> dict[int, str]:
    """The rows that fail alone, found by halving, with their errors."""
    failing: dict[int, str] = {}
    parts = [drop_off_ids] if drop_off_ids else []
    while parts:
        part = parts.pop()
        error = _trial(claim=claim, others=[each for each in drop_off_ids if each not in set(part)], now=now)
        if error is None:
            continue
        if len(part) == 1:
            failing[part[0]] = error
        else:
            parts += [part[: len(part) // 2], part[len(part) // 2 :]]
    return failing


class _TrialOver(Exception):
    """Ends a trial, so that nothing of it stays."""


def _trial(*, claim: Claim, others: list[int], now: datetime) -> str | None:
    """Tally the lone batch with `others` set aside, and undo it. Returns the error, or None when it went through."""
    try:
        with transaction.atomic():
            _set_rows_aside(errors=dict.fromkeys(others, "trial"), now=now)
            tally_batches(batch_ids=claim.batch_ids, community_id=claim.community_id, now=now)
            connection.check_constraints()
            raise _TrialOver
    except _TrialOver:
        return None
    except DatabaseError as error:
        return str(error)


def _set_rows_aside(*, errors: dict[int, str], now: datetime) -> None:
    SetAside.objects.bulk_create(
        [SetAside(drop_off_id=pk, error=error, set_aside_at=now) for pk, error in errors.items()],
        ignore_conflicts=True,
    )
