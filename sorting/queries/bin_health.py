"""How bins are doing: when each was last heard, and what its last heartbeat said."""

import datetime as dt
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from sorting.alert_rules import FUTURE_EVENT_WITHIN, OFFLINE_AFTER, BinHealth, RefusedClock
from sorting.models import DEVICE_DOORS, BinStatus, DropOffBatch, RefusedEvent, SequenceRun, SmartBin
from sorting.services.events import Rejection


def bins_in_service(*, now: dt.datetime) -> QuerySet[SmartBin]:
    """The bins that are not revoked."""
    return SmartBin.objects.filter(Q(revoked_at__isnull=True) | Q(revoked_at__gt=now))


def with_last_batch(*, bins: QuerySet[SmartBin]) -> QuerySet[Any]:
    """The same with `last_batch_at`: when a batch of the bin's own last came, by the index on bin and received_at."""
    batches = DropOffBatch.objects.filter(bin=OuterRef("pk"), door__in=DEVICE_DOORS).order_by("-received_at")
    return bins.annotate(last_batch_at=Subquery(batches.values("received_at")[:1]))


def last_heard_at(*, heartbeat_at: dt.datetime | None, batch_at: dt.datetime | None) -> dt.datetime | None:
    """The later of the two; None for a bin that never connected."""
    return max((each for each in (heartbeat_at, batch_at) if each is not None), default=None)


def read_bin_health(*, now: dt.datetime) -> list[BinHealth]:
    """What is known of every bin in service, in one query."""
    rows = with_last_batch(bins=bins_in_service(now=now)).values_list(
        *("pk", "last_batch_at", "status__received_at", "status__clock_skew_s", "status__fill_rates"),
        *("clock_refusal__refused_at", "clock_refusal__signed_at", "clock_refusal__refused_count"),
    )
    return [
        BinHealth(
            bin_id=pk,
            last_heard_at=last_heard_at(heartbeat_at=heartbeat_at, batch_at=batch_at),
            clock_skew_s=skew_s,
            refused_clock=refused_clock(refused_at=refused_at, signed_at=signed_at, count=refused_count),
            fill_rates=fill_rates or {},
        )
        for pk, batch_at, heartbeat_at, skew_s, fill_rates, refused_at, signed_at, refused_count in rows
    ]


def refused_clock(
    *, refused_at: dt.datetime | None, signed_at: dt.datetime | None, count: int | None
) -> RefusedClock | None:
    """What the row of a bin tells, where it has one."""
    if refused_at is None or signed_at is None or count is None:
        return None
    return RefusedClock(refused_at=refused_at, skew_s=(signed_at - refused_at).total_seconds(), count=count)


def count_online(*, now: dt.datetime) -> int:
    """How many bins in service were heard within OFFLINE_AFTER: heartbeats and batches of a quarter of an hour."""
    since = now - OFFLINE_AFTER
    heartbeats = BinStatus.objects.filter(received_at__gte=since).values_list("bin_id")
    batches = DropOffBatch.objects.filter(received_at__gte=since, door__in=DEVICE_DOORS).values_list("bin_id")
    return bins_in_service(now=now).filter(pk__in=heartbeats.union(batches)).count()


def bins_with_future_events(*, now: dt.datetime) -> set[int]:
    """The bins of which an event was refused as in the future within FUTURE_EVENT_WITHIN: their clocks run ahead."""
    refused = RefusedEvent.objects.filter(
        last_received_at__gte=now - FUTURE_EVENT_WITHIN,
        code=Rejection.OCCURRED_IN_FUTURE,
        door__in=DEVICE_DOORS,
    )
    return set(SmartBin.objects.filter(code__in=refused.values("bin_code")).values_list("pk", flat=True))


def runs_with_missing() -> list[tuple[int, str, list[list[int]]]]:
    """(bin, boot id, missing ranges) of every run of which numbers are missing."""
    return list(SequenceRun.objects.exclude(missing=[]).values_list("bin_id", "boot_id", "missing"))


def runs_said_further() -> dict[tuple[int, str], int]:
    """(bin, boot id) → what the bin's last heartbeat says, where that is more than came."""
    runs = SequenceRun.objects.filter(
        bin__status__boot_id=F("boot_id"), bin__status__last_sequence__gt=F("highest")
    ).values_list("bin_id", "boot_id", "bin__status__last_sequence")
    return {(bin_id, boot_id): said for bin_id, boot_id, said in runs if said is not None}
