"""Opens an alert once when something is wrong with a bin, and closes it when it is over."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from people.models import User
from sorting.alert_rules import GAP_AFTER_S, clock_detail, full_categories, gap_detail, offline_detail
from sorting.models import Alert, AlertKind
from sorting.queries.bin_health import bins_with_future_events, read_bin_health, runs_with_missing
from sorting.queries.silent_bins import newly_silent, still_silent
from sorting.sequence_ranges import missing_for
from sorting.services.sequences import follow_sequences

DETAIL_LENGTH_MAX = 200

Problem = tuple[int, str, str]  # bin, kind, subject


@dataclass(frozen=True, slots=True)
class WatchOutcome:
    """How many alerts one look opened, found still true, and closed."""

    opened: int
    kept: int
    closed: int


def watch_bins(*, now: dt.datetime) -> WatchOutcome:
    """Look at every bin in service: open what is newly wrong, refresh what still is, close what is over.

    Any number of watchers may look at once: that an alert is open once is a constraint of the database.
    """
    follow_sequences(now=now)
    problems = _problems(now=now)
    with transaction.atomic():
        # Locked in one order, so that two watchers cannot deadlock.
        rows = Alert.objects.filter(closed_at__isnull=True).select_for_update(of=("self",)).order_by("pk")
        open_now = {(alert.bin_id, alert.kind, alert.subject): alert for alert in rows}
        over = [alert.pk for key, alert in open_now.items() if key not in problems]
        kept = [alert.pk for key, alert in open_now.items() if key in problems]
        told_anew = [alert for key, alert in open_now.items() if key in problems and alert.detail != problems[key]]
        for alert in told_anew:
            alert.detail = problems[alert.bin_id, alert.kind, alert.subject]
        new = sorted(problems.keys() - open_now.keys())
        Alert.objects.filter(pk__in=over).update(closed_at=Greatest(now, F("opened_at")))
        Alert.objects.filter(pk__in=kept).update(last_seen_at=now)
        Alert.objects.bulk_update(told_anew, ["detail"], batch_size=500)
        # Another watcher may have opened it since: then it stays as that one opened it.
        Alert.objects.bulk_create(
            [
                Alert(
                    bin_id=bin_id,
                    kind=kind,
                    subject=subject,
                    detail=problems[bin_id, kind, subject],
                    opened_at=now,
                    last_seen_at=now,
                )
                for bin_id, kind, subject in new
            ],
            ignore_conflicts=True,
        )
    return WatchOutcome(opened=len(new), kept=len(kept), closed=len(over))


def acknowledge_alert(*, alert: Alert, officer: User, now: dt.datetime) -> bool:
    """Record that the officer has seen the alert; False where somebody had before: the first stays on record."""
    unseen = Alert.objects.filter(pk=alert.pk, acknowledged_at__isnull=True)
    return bool(unseen.update(acknowledged_at=now, acknowledged_by=officer))


def _problems(*, now: dt.datetime) -> dict[Problem, str]:
    """What is wrong now, with the detail to show. Where an end differs from a beginning, what is open decides."""
    zone = ZoneInfo(settings.TIME_ZONE)
    already_full: defaultdict[int, dict[str, str]] = defaultdict(dict)
    silent_since: dict[int, dt.datetime] = {}
    silent_details: dict[int, str] = {}
    for alert in Alert.objects.filter(closed_at__isnull=True, kind__in=(AlertKind.FULL, AlertKind.SILENT)):
        if alert.kind == AlertKind.FULL:
            already_full[alert.bin_id][alert.subject] = alert.detail
        else:
            silent_since[alert.bin_id] = alert.opened_at
            silent_details[alert.bin_id] = alert.detail
    found: dict[Problem, str | None] = {}
    bins = read_bin_health(now=now)
    ahead = bins_with_future_events(now=now)
    for health in bins:
        found[health.bin_id, AlertKind.OFFLINE, ""] = offline_detail(health=health, now=now, zone=zone)
        found[health.bin_id, AlertKind.CLOCK_WRONG, ""] = clock_detail(
            health=health, has_future_events=health.bin_id in ahead, now=now
        )
        full = full_categories(fill_rates=health.fill_rates, already=already_full[health.bin_id])
        found.update({(health.bin_id, AlertKind.FULL, category): detail for category, detail in full.items()})
    in_service = {health.bin_id for health in bins}
    for bin_id, boot_id, missing in runs_with_missing():
        ranges = missing_for(missing=missing, seconds=GAP_AFTER_S, at_s=int(now.timestamp()))
        found[bin_id, AlertKind.SEQUENCE_GAP, boot_id] = gap_detail(ranges=ranges)
    silent = {bin_id: silent_details[bin_id] for bin_id in still_silent(opened=silent_since)}
    silent |= newly_silent(already=silent_since, now=now, zone=zone)
    found.update({(bin_id, AlertKind.SILENT, ""): detail for bin_id, detail in silent.items()})
    return {
        problem: detail[:DETAIL_LENGTH_MAX] for problem, detail in found.items() if detail and problem[0] in in_service
    }
