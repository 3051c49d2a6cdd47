"""Lets what was set aside try again, after its cause was mended."""

from datetime import datetime

from django.db import DatabaseError, transaction

from sorting.models import SetAside, TallyAttempt
from worker.tally import drain
from worker.transaction import tally_drop_offs

ROWS_AT_ONCE = 500


def retry_faults(*, now: datetime) -> tuple[int, int]:
    """Try everything that is set aside again; returns (drop-offs and batches that got through, those that did not)."""
    batches_before = TallyAttempt.objects.filter(is_set_aside=True).count()
    TallyAttempt.objects.filter(is_set_aside=True).update(is_set_aside=False, attempt_count=0, error="")
    waiting = list(SetAside.objects.order_by("pk").values_list("pk", flat=True))
    passed = 0
    for start in range(0, len(waiting), ROWS_AT_ONCE):
        part = waiting[start : start + ROWS_AT_ONCE]
        if _try(drop_off_ids=part, now=now) is None:
            passed += len(part)
            continue
        for drop_off_id in part:
            error = _try(drop_off_ids=[drop_off_id], now=now)
            if error is None:
                passed += 1
            else:
                SetAside.objects.filter(pk=drop_off_id).update(error=error)
    drain(now=now)
    batches_after = TallyAttempt.objects.filter(is_set_aside=True).count()
    return passed + max(batches_before - batches_after, 0), len(waiting) - passed + batches_after


def _try(*, drop_off_ids: list[int], now: datetime) -> str | None:
    try:
        with transaction.atomic():
            # Two people may press the button at once: each row is let in by the one who deletes its mark.
            marks = SetAside.objects.select_for_update().filter(pk__in=drop_off_ids)
            present = sorted(mark.pk for mark in marks)
            SetAside.objects.filter(pk__in=present).delete()
            if present:
                tally_drop_offs(drop_off_ids=present, now=now)
    except DatabaseError as error:
        return str(error)
    return None
