"""Reads what the quality of each community's data is judged by. Ten queries, however many communities there are."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum

from collection.queries import standing_loads
from indicators.facts import Period
from indicators.models import CommunityDay
from indicators.quality import QualityFacts
from indicators.queries.households import day_after, enrolled_households
from points.models import Flag, FlagKind, FlagState
from sorting.models import DEVICE_DOORS, Alert, AlertKind, DropOff, DropOffBatch, RefusedEvent, SequenceRun, SmartBin
from sorting.queries.verdicts import verdicts_of_sample

LATE_AFTER = dt.timedelta(hours=24)  # what comes later moves a day that people have looked at already
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RefusedCount:
    """Refused events of one reason and community; None where no bin has the code that they gave."""

    code: str
    community_id: int | None
    count: int
    replayed_count: int


@dataclass(frozen=True, slots=True)
class Quality:
    """The facts by community, and what was refused. A community of which nothing is known has no facts."""

    by_community: Mapping[int, QualityFacts]
    refused: Sequence[RefusedCount]


def read_quality(*, period: Period, community_ids: Collection[int] | None) -> Quality:
    """The facts of these communities; None stands for every one, and for events of bins that nobody knows."""
    wanted = None if community_ids is None else frozenset(community_ids)
    refused = [each for each in _refused(period=period) if wanted is None or each.community_id in wanted]
    days, loaded = _drop_off_counts(period=period), _loaded_categories(period=period)
    bins, silent = _bins(period=period)
    open_refused = Counter[int]()
    for each in refused:
        if each.community_id is not None:
            open_refused[each.community_id] += each.count - each.replayed_count
    runs, missing = _sequences(period=period)
    implausible, late = _implausible_counts(period=period), _late_counts(period=period)
    judged, enrolled = _judged_counts(period=period), _enrolled_counts(on=period.ends_on)
    known = days.keys() | loaded.keys() | bins.keys() | open_refused.keys() | enrolled.keys()
    facts = {
        community_id: QualityFacts(
            drop_off_count=days[community_id].total(),
            refused_count=open_refused[community_id],
            bin_count=bins[community_id],
            silent_bin_count=silent[community_id],
            run_count=runs[community_id],
            missing_count=missing[community_id],
            implausible_count=implausible[community_id],
            late_count=late[community_id],
            dropped_categories=frozenset(days[community_id]),
            loaded_categories=frozenset(loaded[community_id]),
            judged_count=judged[community_id],
            enrolled_count=enrolled[community_id],
        )
        for community_id in known
        if wanted is None or community_id in wanted
    }
    return Quality(by_community=facts, refused=refused)


def _drop_off_counts(*, period: Period) -> defaultdict[int, Counter[str]]:
    rows = (
        CommunityDay.objects.filter(occurred_on__range=_days(period))
        .values_list("community_id", "category")
        .annotate(count=Sum("drop_off_count"))
    )
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for community_id, category, count in rows:
        counts[community_id][category] = count
    return counts


def _refused(*, period: Period) -> list[RefusedCount]:
    """By the day on which each was last received; one that was replayed has come in after all."""
    bins = SmartBin.objects.filter(code=OuterRef("bin_code")).values("point__community_id")[:1]
    starts_at, ends_at = _moments(period)
    rows = (
        RefusedEvent.objects.filter(last_received_at__gte=starts_at, last_received_at__lt=ends_at)
        .annotate(community_id=Subquery(bins))
        .values_list("code", "community_id")
        .annotate(count=Count("pk"), replayed=Count("pk", filter=Q(replayed_at__isnull=False)))
        .order_by("code", "community_id")
    )
    return [RefusedCount(*row) for row in rows]


def _bins(*, period: Period) -> tuple[Counter[int], Counter[int]]:
    """Bins in service on the last day by community, and how many of them were silent.

    Silent: an alert of silence held in the period, or nothing ever came from it.
    """
    starts_at, ends_at = _moments(period)
    alerts = Alert.objects.filter(Q(closed_at__isnull=True) | Q(closed_at__gte=starts_at), opened_at__lt=ends_at)
    was_silent = Exists(alerts.filter(bin=OuterRef("pk"), kind=AlertKind.SILENT))
    was_heard = Exists(DropOffBatch.objects.filter(bin=OuterRef("pk"), received_at__lt=ends_at))
    rows = (
        SmartBin.objects.filter(Q(revoked_at__isnull=True) | Q(revoked_at__gte=ends_at), registered_at__lt=ends_at)
        .values_list("point__community_id")
        .annotate(count=Count("pk"), silent=Count("pk", filter=was_silent | ~was_heard))
    )
    bins, silent = Counter[int](), Counter[int]()
    for community_id, count, silent_count in rows:
        bins[community_id], silent[community_id] = count, silent_count
    return bins, silent


def _sequences(*, period: Period) -> tuple[Counter[int], Counter[int]]:
    """Runs that counted in the period by community, and the numbers that were found missing in it and still are."""
    starts_at, ends_at = _moments(period)
    runs = SequenceRun.objects.filter(read_to__gte=starts_at)
    counts = Counter(dict(_pairs(runs.values_list("bin__point__community_id").annotate(count=Count("pk")))))
    missing = Counter[int]()
    since_s, until_s = starts_at.timestamp(), ends_at.timestamp()
    for community_id, ranges in runs.exclude(missing=[]).values_list("bin__point__community_id", "missing"):
        missing[community_id] += sum(end - start + 1 for start, end, at_s in ranges if since_s <= at_s < until_s)
    return counts, missing


def _implausible_counts(*, period: Period) -> Counter[int]:
    """Drop-offs behind flags of impossible weights that nobody dismissed, by the community of the bin.

    Where a container's whole day is flagged, its single bags are among it and count once.
    """
    flags = (
        Flag.objects.filter(kind__in=(FlagKind.HEAVY_BAG, FlagKind.FULL_BIN), starts_on__range=_days(period))
        .exclude(state=FlagState.DISMISSED)
        .values_list("kind", "bin__point__community_id", "bin_id", "starts_on", "figures")
    )
    bags, whole = Counter[tuple[int, int, dt.date, str]](), Counter[tuple[int, int, dt.date, str]]()
    for kind, community_id, bin_id, on, figures in flags:
        key = (community_id, bin_id, on, str(figures.get("category", "")))
        (whole if kind == FlagKind.FULL_BIN else bags)[key] += int(figures.get("bag_count", 1))
    counts = Counter[int]()
    for key in bags.keys() | whole.keys():
        counts[key[0]] += max(bags[key], whole[key])
    return counts


def _late_counts(*, period: Period) -> Counter[int]:
    """Drop-offs of the period that a bin delivered more than LATE_AFTER later; imported history is not late."""
    rows = DropOff.objects.filter(
        occurred_on__range=_days(period),
        batch__door__in=DEVICE_DOORS,
        batch__tallied_at__isnull=False,
        batch__received_at__gt=F("occurred_at") + LATE_AFTER,
    )
    return Counter(dict(_pairs(rows.values_list("community_id").annotate(count=Count("pk")))))


def _loaded_categories(*, period: Period) -> defaultdict[int, set[str]]:
    rows = standing_loads().filter(collected_on__range=_days(period)).values_list("community_id", "category")
    categories: defaultdict[int, set[str]] = defaultdict(set)
    for community_id, category in rows.distinct():
        categories[community_id].add(category)
    return categories


def _judged_counts(*, period: Period) -> Counter[int]:
    rows = verdicts_of_sample().filter(drop_off__occurred_on__range=_days(period))
    return Counter(dict(_pairs(rows.values_list("drop_off__community_id").annotate(count=Count("pk")))))


def _enrolled_counts(*, on: dt.date) -> Counter[int]:
    rows = enrolled_households(on=on).values_list("community_id").annotate(count=Count("pk"))
    return Counter(dict(_pairs(rows)))


def _pairs(rows: Iterable[tuple[Any, ...]]) -> list[tuple[int, int]]:
    return [(community_id, count) for community_id, count in rows]


def _days(period: Period) -> tuple[dt.date, dt.date]:
    return period.starts_on, period.ends_on


def _moments(period: Period) -> tuple[dt.datetime, dt.datetime]:
    """The local midnights at which the period begins and has ended."""
    return day_after(on=period.starts_on - DAY), day_after(on=period.ends_on)
