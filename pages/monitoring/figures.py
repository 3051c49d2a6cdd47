"""The figures to watch, read when somebody asks: each query is bounded, so that watching never hurts."""

import datetime as dt
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.models import Count, Max, Min

from points.models import TallyRun
from sorting.models import Alert, AlertKind, DropOffBatch, RefusedEvent, SetAside, TallyAttempt
from sorting.queries.bin_health import count_online

COUNT_MAX = 100_000  # past this a queue is "too long", and counting on would cost more than it tells
REFUSED_WITHIN = dt.timedelta(days=1)
STATEMENT_TIMEOUT_MS = 2_000  # a scrape that waits longer tells by failing


@dataclass(frozen=True, slots=True)
class PlatformFigures:
    """What /metrics shows beside the requests.

    `refused_counts` is by (fate, code), of the last day; `open_alert_counts` by kind.
    """

    oldest_untallied_age_s: float
    untallied_batch_count: int
    set_aside_count: int
    set_aside_batch_count: int
    ledger_run_number: int
    refused_counts: dict[tuple[str, str], int] = field(default_factory=dict)
    bins_online_count: int = 0
    open_alert_counts: dict[str, int] = field(default_factory=dict)


def read_platform_figures(*, now: dt.datetime) -> PlatformFigures:
    """The figures at `now`, in eight queries; counts stop at COUNT_MAX.

    :raises django.db.Error: the database does not answer, or not within STATEMENT_TIMEOUT_MS.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS}")
        waiting = DropOffBatch.objects.filter(tallied_at__isnull=True)
        oldest_due_at = waiting.filter(due_at__lte=now).aggregate(oldest=Min("due_at"))["oldest"]
        refused = (
            RefusedEvent.objects.filter(last_received_at__gt=now - REFUSED_WITHIN)
            .values_list("fate", "code")
            .annotate(count=Count("pk"))
        )
        alerts = Alert.objects.filter(closed_at__isnull=True).values_list("kind").annotate(count=Count("pk")).order_by()
        return PlatformFigures(
            oldest_untallied_age_s=(now - oldest_due_at).total_seconds() if oldest_due_at else 0.0,
            untallied_batch_count=waiting[:COUNT_MAX].count(),
            set_aside_count=SetAside.objects.all()[:COUNT_MAX].count(),
            set_aside_batch_count=TallyAttempt.objects.filter(is_set_aside=True)[:COUNT_MAX].count(),
            ledger_run_number=TallyRun.objects.aggregate(last=Max("number"))["last"] or 0,
            refused_counts={(fate, code): count for fate, code, count in refused},
            bins_online_count=count_online(now=now),
            open_alert_counts=dict.fromkeys(AlertKind.values, 0) | dict(alerts),
        )
