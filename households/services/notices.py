"""Notices: what a household is told. They wait in its inbox and are never pushed."""

import datetime as dt

from households.models import Household, Notice, NoticeKind


def notify_household(*, household: Household, kind: NoticeKind, text: str, reference: str, now: dt.datetime) -> bool:
    """Put a notice into the household's inbox, in the transaction of what it tells of; False when it is there already.

    `reference` names what it is about, as "redemption/17/collected": the same reference is told once.
    """
    before = Notice.objects.filter(household=household, reference=reference).exists()
    Notice.objects.bulk_create(
        [Notice(household=household, kind=kind, text=text, reference=reference, at=now)], ignore_conflicts=True
    )
    return not before


def mark_notices_read(*, household: Household, now: dt.datetime) -> int:
    """Mark everything in the inbox as read; how many were not."""
    return Notice.objects.filter(household=household, read_at__isnull=True).update(read_at=now)
