"""Notices: what a household is told. They wait in its inbox and are never pushed."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from households.models import Household, Notice, NoticeKind
from lib import dialect


def notify_household(*, household: Household, kind: NoticeKind, text: str, reference: str, now: dt.datetime) -> bool:
    """Put a notice into the household's inbox, in the transaction of what it tells of; False when it is there already.

    `reference` names what it is about, as "redemption/17/collected": the same reference is told once.
    """
    before = Notice.objects.filter(household=household, reference=reference).exists()
    Notice.objects.bulk_create(
        [Notice(household=household, kind=kind, text=text, reference=reference, at=now)], ignore_conflicts=True
    )
    return not before


def notify_households_of(*, rows_sql: str, params: Sequence[Any], kind: NoticeKind, now: dt.datetime) -> int:
    """The same in one statement, for a query with columns household_id, text, reference; how many were told anew."""
    return dialect.execute(
        f"""INSERT INTO households_notice (household_id, kind, text, reference, at)
            SELECT r.household_id, %s, r.text, r.reference, %s FROM ({rows_sql}) r
            WHERE true ORDER BY r.household_id
            ON CONFLICT (household_id, reference) DO NOTHING""",  # noqa: S608 - the query is ours
        [kind.value, dialect.adapt(value=now), *params],
    )


def mark_notices_read(*, household: Household, now: dt.datetime) -> int:
    """Mark everything in the inbox as read; how many were not."""
    return Notice.objects.filter(household=household, read_at__isnull=True).update(read_at=now)
