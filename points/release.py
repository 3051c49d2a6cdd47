"""Release: what nobody judged within the checking window moves from PENDING to AVAILABLE."""

from datetime import datetime

from django.db import transaction

from points import ledger, settlement
from points.models import RunKind
from sorting.services.arrivals import stage_arrivals


def release_due(*, now: datetime) -> int:
    """Settle every household-day whose checking window may have ended by `now`; returns the points posted.

    A settlement is a function of the facts: running it again, or beside a tally, changes nothing twice.
    """
    points = 0
    while True:
        with transaction.atomic():
            stage_arrivals(batch_ids=())
            if settlement.stage_due_days(now=now) == 0:
                return points
            run_id = ledger.next_run_id()
            settlement.settle_staged_days(now=now)
            points += ledger.post_staged(run_id=run_id, kind=RunKind.RELEASE, now=now).points
