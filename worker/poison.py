"""What to do with a claim that cannot be tallied: find the rows that make it fail, and set only these aside.

Nothing is set aside that another worker may have tallied meanwhile: the marks are written while holding the
community, on a batch that still waits.
"""

from datetime import datetime

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

from sorting.models import DropOff, DropOffBatch, SetAside, TallyAttempt
from worker.attempts import ATTEMPTS_BEFORE_ALONE, Claim, set_batch_aside
from worker.transaction import Fate, TallyOutcome, tally_batches, try_community_lock

log = structlog.get_logger(__name__)


def isolate(*, claim: Claim, error: Exception, now: datetime) -> TallyOutcome:
    """A claim failed for good: tally its batches alone from now on; of a lone batch set the failing rows aside.

    BUSY when another worker has the community: nothing was set aside, and the batch comes again.

    :raises django.db.OperationalError: the database is away or a lock was not to be had; nothing was set aside.
    """
    log.error("tally_failed", batch_ids=claim.batch_ids[:20], error=_text_of(error))
    if len(claim.batch_ids) > 1:
        TallyAttempt.objects.filter(batch_id__in=claim.batch_ids).update(attempt_count=ATTEMPTS_BEFORE_ALONE)
        return TallyOutcome(fate=Fate.BUSY)
    drop_offs = DropOff.objects.filter(batch_id=claim.batch_ids[0]).order_by("pk")
    drop_off_ids = list(drop_offs.values_list("pk", flat=True))
    try:
        errors = _failing_rows(claim=claim, drop_off_ids=drop_off_ids, now=now)
    except _OtherHands:
        return TallyOutcome(fate=Fate.BUSY)
    is_whole = not errors or len(errors) == len(drop_off_ids)
    with transaction.atomic():
        if not _is_ours(claim=claim):
            return TallyOutcome(fate=Fate.BUSY)
        if is_whole:
            set_batch_aside(batch_id=claim.batch_ids[0], error=_text_of(error), now=now)
        else:
            _set_rows_aside(errors=errors, now=now)
    return TallyOutcome(fate=Fate.SET_ASIDE)


def _failing_rows(*, claim: Claim, drop_off_ids: list[int], now: datetime) -> dict[int, str]:
    """The rows that fail alone, found by halving, with their errors."""
    failing: dict[int, str] = {}
    parts = [drop_off_ids] if drop_off_ids else []
    while parts:
        part = parts.pop()
        inside = set(part)
        error = _trial(claim=claim, others=[each for each in drop_off_ids if each not in inside], now=now)
        if error is None:
            continue
        if len(part) == 1:
            failing[part[0]] = error
        else:
            parts += [part[: len(part) // 2], part[len(part) // 2 :]]
    return failing


class _TrialOver(Exception):
    """Ends a trial, so that nothing of it stays."""


class _OtherHands(Exception):
    """Another worker has the community: a trial would tell nothing."""


def _trial(*, claim: Claim, others: list[int], now: datetime) -> str | None:
    """Tally the lone batch with `others` set aside, and undo it. Returns the error, or None when it went through.

    A database that is away, or a lock that was not to be had, is no row's fault, and is raised.
    """
    try:
        with transaction.atomic():
            if not _is_ours(claim=claim):
                raise _OtherHands
            _set_rows_aside(errors=dict.fromkeys(others, "trial"), now=now)
            tally_batches(batch_ids=claim.batch_ids, community_id=claim.community_id, now=now)
            connection.check_constraints()
            raise _TrialOver
    except _TrialOver:
        return None
    except (_OtherHands, OperationalError, InterfaceError):
        raise
    except Exception as error:
        return _text_of(error)


def _is_ours(*, claim: Claim) -> bool:
    """Take the community until this transaction ends; whether that went and the lone batch still waits."""
    waiting = DropOffBatch.objects.filter(pk=claim.batch_ids[0], tallied_at__isnull=True)
    return try_community_lock(community_id=claim.community_id) and waiting.exists()


def _text_of(error: Exception) -> str:
    return str(error) or repr(error)


def _set_rows_aside(*, errors: dict[int, str], now: datetime) -> None:
    SetAside.objects.bulk_create(
        [SetAside(drop_off_id=pk, error=error, set_aside_at=now) for pk, error in errors.items()],
        ignore_conflicts=True,
    )
