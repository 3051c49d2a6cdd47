"""The inbox of somebody at work as lines: what they were told, when, and where to look."""

import datetime as dt
from collections.abc import Mapping

from django.urls import reverse

from people.models import User
from people.queries import staff_notices_of
from people.services.staff_notices import mark_staff_notices_read

SHOWN_MAX = 100


def open_inbox(*, user: User, places: Mapping[str, tuple[str, bool]], now: dt.datetime) -> list[dict[str, object]]:
    """The user's newest notices, each new one marked as it was before; then all of them are read.

    `places`: of each kind the url name of where to look, and whether the address names the notice's subject.
    """
    lines: list[dict[str, object]] = []
    for notice in staff_notices_of(user=user)[:SHOWN_MAX]:
        name, takes_subject = places.get(notice.kind, ("", False))
        is_linked = bool(name) and not (takes_subject and notice.subject_id is None)
        address = reverse(name, args=[notice.subject_id] if takes_subject else []) if is_linked else ""
        lines.append(
            {
                "text": notice.text,
                "kind": notice.get_kind_display(),
                "at": notice.at,
                "is_new": notice.read_at is None,
                "address": address,
            }
        )
    mark_staff_notices_read(user=user, now=now)
    return lines
