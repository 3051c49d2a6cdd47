"""Looks for flags: over a span on demand, and every night over the days for which something came. Safe to repeat."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from lib.errors import DomainError
from points.flags import finders
from points.flags.finding import Finding, Span, week_of
from points.flags.thresholds import FINDINGS_A_UNIT_MAX, JOINED_AFTER_DAYS
from points.models.flags import Flag, FlagLook, FlagState
from sorting.models import Attribution, DropOff

SPAN_DAYS_MAX = 62  # on demand: two months; a longer past is looked at in pieces
NIGHT_HOUR = 2  # the evening's back-fill has come, and nobody waits for the database
NIGHT_DAYS = 2  # drop-offs received since the night before last, whatever day they are of: one lost night costs nothing
CLAIM_S_MAX = 3_600  # a look that was killed is taken over after an hour


class SpanTooLong(DomainError):
    """A search is bounded."""

    code = "span_too_long"
    message = f"一次最多检查 {SPAN_DAYS_MAX} 天,请分几次检查"


@dataclass(slots=True)
class LookOutcome:
    """What a look did: days looked at, flags opened by kind, open flags whose figures changed, and what was cut off.

    `cut_off` names each search of which more than FINDINGS_A_UNIT_MAX were found in one day or week.
    """

    day_count: int = 0
    opened: Counter[str] = field(default_factory=Counter)
    refreshed_count: int = 0
    cut_off: list[str] = field(default_factory=list)


Finder = Callable[..., Iterator[Finding]]


def look_for_flags(*, starts_on: dt.date, ends_on: dt.date, now: dt.datetime) -> LookOutcome:
    """Look at the local days of a span, both included, and at every ISO week that one of them is in.

    :raises SpanTooLong: more than SPAN_DAYS_MAX days.
    """
    if (ends_on - starts_on).days >= SPAN_DAYS_MAX:
        raise SpanTooLong
    days = [starts_on + dt.timedelta(days=number) for number in range((ends_on - starts_on).days + 1)]
    return _look(days=days, period=Span(starts_on=starts_on, ends_on=ends_on), now=now)


def look_tonight(*, now: dt.datetime) -> LookOutcome | None:
    """The night's look, once: None before NIGHT_HOUR or where somebody has done it or is at it.

    Whoever comes first claims the night; a claim whose owner was killed lapses after CLAIM_S_MAX.
    """
    local = timezone.localtime(now)
    if local.hour < NIGHT_HOUR or not _claim(night_on=local.date(), now=now):
        return None
    yesterday = local.date() - dt.timedelta(days=1)
    # What guides and photos did is looked at for a month: a guide may join the household that they judged.
    period = Span(starts_on=yesterday - dt.timedelta(days=JOINED_AFTER_DAYS), ends_on=yesterday)
    outcome = _look(days=_days_that_something_came_for(today=local.date(), now=now), period=period, now=now)
    FlagLook.objects.filter(night_on=local.date()).update(
        finished_at=now,
        day_count=outcome.day_count,
        counts=dict(outcome.opened),
        cut_off=outcome.cut_off,
    )
    return outcome


def _claim(*, night_on: dt.date, now: dt.datetime) -> bool:
    _, is_mine = FlagLook.objects.get_or_create(night_on=night_on, defaults={"started_at": now})
    if is_mine:
        return True
    lapsed = FlagLook.objects.filter(
        night_on=night_on, finished_at__isnull=True, started_at__lt=now - dt.timedelta(seconds=CLAIM_S_MAX)
    )
    return bool(lapsed.update(started_at=now))


def _days_that_something_came_for(*, today: dt.date, now: dt.datetime) -> list[dt.date]:
    """The days before today of what was received, or given to a household, since NIGHT_DAYS ago.

    The door takes nothing older than 45 days; what files brought from before SPAN_DAYS_MAX is looked at on demand.
    """
    since = now - dt.timedelta(days=NIGHT_DAYS)
    span = (today - dt.timedelta(days=SPAN_DAYS_MAX), today - dt.timedelta(days=1))
    received = DropOff.objects.filter(batch__received_at__gte=since, occurred_on__range=span)
    attributed = Attribution.objects.filter(since__gte=since, occurred_on__range=span)
    days = received.values_list("occurred_on", flat=True).union(attributed.values_list("occurred_on", flat=True))
    return sorted(days)


def _look(*, days: Sequence[dt.date], period: Span, now: dt.datetime) -> LookOutcome:
    outcome = LookOutcome(day_count=len(days))
    for span, searches in _units(days=days, period=period, today=timezone.localdate(now)):
        for find in searches:
            # Each search is a transaction of its own, so that a day is looked at as it stands and nothing waits long.
            with transaction.atomic():
                found = list(islice(find(span=span), FINDINGS_A_UNIT_MAX + 1))
                if len(found) > FINDINGS_A_UNIT_MAX:
                    outcome.cut_off.append(f"{found[0].kind.value} {span.starts_on.isoformat()}")
                _keep(found=found[:FINDINGS_A_UNIT_MAX], outcome=outcome, now=now)
    return outcome


def _units(*, days: Sequence[dt.date], period: Span, today: dt.date) -> Iterator[tuple[Span, Iterable[Finder]]]:
    for on in days:
        yield Span(starts_on=on, ends_on=on), finders.OF_A_DAY
    for week in sorted({week_of(on) for on in days}, key=lambda each: each.starts_on):
        yield week, finders.OF_A_WEEK
        if week.ends_on < today:
            yield week, finders.OF_A_WEEK_THAT_IS_OVER
    yield period, finders.OF_A_PERIOD


def _keep(*, found: Sequence[Finding], outcome: LookOutcome, now: dt.datetime) -> None:
    """Open what is new, bring what is still open up to date, leave alone what somebody decided."""
    known = {
        (flag.kind, flag.subject, flag.occasion): flag
        for flag in Flag.objects.filter(
            kind__in={each.kind.value for each in found}, occasion__in={each.occasion for each in found}
        )
    }
    new = [each for each in found if each.key not in known]
    # Somebody may open the same beside us: then it stays as that one opened it.
    Flag.objects.bulk_create([_flag(each, now=now) for each in new], ignore_conflicts=True)
    outcome.opened.update(each.kind.value for each in new)
    changed = [
        flag
        for each in found
        if (flag := known.get(each.key)) is not None and flag.state == FlagState.OPEN and _bring_up(flag, finding=each)
    ]
    for flag in changed:
        flag.last_seen_at = now
    Flag.objects.bulk_update(changed, [*_MOVING, "last_seen_at"], batch_size=500)
    outcome.refreshed_count += len(changed)


_MOVING = ("figures", "drop_off_ids", "starts_on", "ends_on")


def _bring_up(flag: Flag, *, finding: Finding) -> bool:
    """Give the flag the finding's figures; whether anything changed."""
    fresh: dict[str, Any] = {
        "figures": finding.figures,
        "drop_off_ids": list(finding.drop_off_ids),
        "starts_on": finding.starts_on,
        "ends_on": finding.ends_on,
    }
    is_changed = any(getattr(flag, name) != value for name, value in fresh.items())
    for name, value in fresh.items():
        setattr(flag, name, value)
    return is_changed


def _flag(finding: Finding, *, now: dt.datetime) -> Flag:
    return Flag(
        kind=finding.kind,
        subject=finding.subject,
        occasion=finding.occasion,
        community_id=finding.community_id,
        household_id=finding.household_id,
        bin_id=finding.bin_id,
        person_id=finding.person_id,
        starts_on=finding.starts_on,
        ends_on=finding.ends_on,
        figures=finding.figures,
        drop_off_ids=list(finding.drop_off_ids),
        opened_at=now,
        last_seen_at=now,
    )
