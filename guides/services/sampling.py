"""What fixes the random sample beforehand: the rate from tomorrow on, and each day's key by its digest."""

import datetime as dt

from django.utils import timezone

from guides.models import SampleCommitment, SampleRate
from guides.queries.sampling import day_key
from guides.sample import key_digest
from households.models import Community
from lib.errors import DomainError
from people.models import User

COMMITTED_DAYS = 7  # ahead: a platform that stands still for a week-end begins no day without its digest


class RateTooLate(DomainError):
    """Today's sample is being drawn; whoever changed its rate now could look first."""

    code = "sample_rate_too_late"
    message = "抽样比例最早从明天起改：今天的样本已经在抽取。"


class RateInvalid(DomainError):
    """Not 1 to 1,000 of 1,000."""

    code = "sample_rate_invalid"
    message = "抽样比例为千分之 1 至千分之 1000。"


def commit_sample_keys(*, now: dt.datetime) -> int:
    """Put the digests of the keys of today and the COMMITTED_DAYS to come on record; how many were new."""
    today = timezone.localdate(now)
    days = [today + dt.timedelta(days=number) for number in range(COMMITTED_DAYS + 1)]
    known = set(SampleCommitment.objects.filter(on_date__in=days).values_list("on_date", flat=True))
    new = [
        SampleCommitment(on_date=day, key_digest=key_digest(day_key=day_key(on=day)), committed_at=now)
        for day in days
        if day not in known
    ]
    SampleCommitment.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def set_sample_rate(
    *, community: Community | None, starts_on: dt.date, rate_permille: int, by: User, now: dt.datetime
) -> SampleRate:
    """Sample so many of 1,000 drop-offs from that day on: of one community, or (None) of all without a rate of its own.

    :raises RateTooLate: the day has begun.
    :raises RateInvalid: not 1 to 1,000.
    """
    if starts_on <= timezone.localdate(now):
        raise RateTooLate
    if not 1 <= rate_permille <= 1_000:
        raise RateInvalid
    rate, _ = SampleRate.objects.update_or_create(
        community=community,
        starts_on=starts_on,
        defaults={"rate_permille": rate_permille, "set_by": by, "set_at": now},
    )
    return rate
