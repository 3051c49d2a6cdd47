"""Lets what was set aside try again, after its cause was mended."""

import itertools
import time
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction

from sorting.models import DropOff, SetAside, TallyAttempt
from worker.tally import BUSY_WAIT_S, drain
from worker.transaction import tally_drop_offs, try_community_lock

ROWS_AT_ONCE = 500


def retry_faults(*, now: datetime) -> tuple[int, int]:
    """Try everything that is set aside again; returns (drop-offs and batches that got through, those that did not).

    :raises django.db.OperationalError: as tally_next_batch; what got through before stays.
    """
    batches_before = TallyAttempt.objects.filter(is_set_aside=True).count()
    TallyAttempt.objects.filter(is_set_aside=True).update(is_set_aside=False, attempt_count=0, error="")
    waiting = _by_community()
    passed = 0
    for community_id, drop_off_ids in waiting:
        for start in range(0, len(drop_off_ids), ROWS_AT_ONCE):
            part = drop_off_ids[start : start + ROWS_AT_ONCE]
            passed += _try_part(community_id=community_id, drop_off_ids=part, now=now)
    drain(now=now)
    batches_after = TallyAttempt.objects.filter(is_set_aside=True).count()
    left = sum(len(drop_off_ids) for _, drop_off_ids in waiting) - passed
    return passed + max(batches_before - batches_after, 0), left + batches_after


def _by_community() -> list[tuple[int, list[int]]]:
    aside = DropOff.objects.filter(pk__in=SetAside.objects.values("pk")).order_by("community_id", "pk")
    pairs = aside.values_list("community_id", "pk")
    return [
        (community_id, [pk for _, pk in group])
        for community_id, group in itertools.groupby(pairs, key=lambda each: each[0])
    ]


def _try_part(*, community_id: int, drop_off_ids: list[int], now: datetime) -> int:
    """Try these rows together, and one by one where that fails; returns how many got through."""
    if _try(community_id=community_id, drop_off_ids=drop_off_ids, now=now) is None:
        return len(drop_off_ids)
    passed = 0
    for drop_off_id in drop_off_ids:
        error = _try(community_id=community_id, drop_off_ids=[drop_off_id], now=now)
        if error is None:
            passed += 1
        else:
            SetAside.objects.filter(pk=drop_off_id).update(error=error)
    return passed


def _try(*, community_id: int, drop_off_ids: list[int], now: datetime) -> str | None:
    try:
        while not _let_in(community_id=community_id, drop_off_ids=drop_off_ids, now=now):
            time.sleep(BUSY_WAIT_S)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        return str(error) or repr(error)
    return None


def _let_in(*, community_id: int, drop_off_ids: list[int], now: datetime) -> bool:
    """Let rows in again, in one transaction; False when another worker has the community.

    A row whose batch still waits only loses its mark: it is tallied with its batch.
    """
    with transaction.atomic():
        # A tally of this community that did not see the row, while this did not see what it tallied, would lose both.
        if not try_community_lock(community_id=community_id):
            return False
        # Two people may press the button at once: each row is let in by the one who deletes its mark.
        present = sorted(SetAside.objects.filter(pk__in=drop_off_ids).values_list("pk", flat=True))
        SetAside.objects.filter(pk__in=present).delete()
        tallied = DropOff.objects.filter(pk__in=present, batch__tallied_at__isnull=False)
        if arriving := sorted(tallied.values_list("pk", flat=True)):
            tally_drop_offs(drop_off_ids=arriving, now=now)
    return True
