"""Notices to people at work: guides, officers, reporters, reviewers. They wait in the inbox and are never pushed."""

import datetime as dt
from collections.abc import Iterable

from people.models import StaffNotice, StaffNoticeKind, User

TEXT_LENGTH_MAX = 300


def notify_staff(
    *,
    user_ids: Iterable[int],
    kind: StaffNoticeKind,
    text: str,
    reference: str,
    now: dt.datetime,
    subject_id: int | None = None,
) -> None:
    """Put a notice into each one's inbox, in the transaction of what it tells of.

    `reference` names what it is about, as "problem/17/DUE": nobody is told the same reference twice. What is too long
    is cut.
    """
    StaffNotice.objects.bulk_create(
        [
            StaffNotice(
                user_id=user_id,
                kind=kind,
                text=text[:TEXT_LENGTH_MAX],
                subject_id=subject_id,
                reference=reference,
                at=now,
            )
            for user_id in sorted(set(user_ids))  # in one order, so that two tellers cannot deadlock
        ],
        ignore_conflicts=True,
    )


def mark_staff_notices_read(*, user: User, now: dt.datetime) -> int:
    """Mark everything in the inbox as read; how many were not."""
    return StaffNotice.objects.filter(user=user, read_at__isnull=True).update(read_at=now)
