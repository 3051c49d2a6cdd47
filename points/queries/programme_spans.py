"""Which programme held on which days of a period, in the district and where a community had one of its own."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from points.models import Programme, ProgrammeState


@dataclass(frozen=True, slots=True)
class ProgrammeSpan:
    """A programme and the days on which it held, both included. `community_id` is None for the district's."""

    community_id: int | None
    programme: Programme
    starts_on: dt.date
    ends_on: dt.date


def programme_spans(*, starts_on: dt.date, ends_on: dt.date) -> list[ProgrammeSpan]:
    """The district's spans by date, then those of each community in which a programme of its own held on a day.

    A community's spans cover the days before its own programme with the district's. Two queries.
    """
    approved = Programme.objects.filter(state=ProgrammeState.APPROVED, holds_from__lte=ends_on)
    by_community: defaultdict[int | None, list[Programme]] = defaultdict(list)
    for programme in approved.order_by("holds_from", "pk").prefetch_related("rules"):
        by_community[programme.community_id].append(programme)
    district = list(_spans(programmes=by_community.pop(None, []), starts_on=starts_on, ends_on=ends_on))
    found = list(district)
    for community_id, programmes in sorted(by_community.items(), key=lambda each: each[0] or 0):
        own = list(_spans(programmes=programmes, starts_on=starts_on, ends_on=ends_on))
        day_before = own[0].starts_on - dt.timedelta(days=1)
        found += [
            replace(span, community_id=community_id, ends_on=min(span.ends_on, day_before))
            for span in district
            if span.starts_on <= day_before
        ]
        found += own
    return found


def _spans(*, programmes: Sequence[Programme], starts_on: dt.date, ends_on: dt.date) -> Iterator[ProgrammeSpan]:
    """Of the programmes of one place, by `holds_from`: those that held on a day of the period."""
    lasts = [after.holds_from - dt.timedelta(days=1) for _before, after in pairwise(programmes)]
    for programme, last in zip(programmes, [*lasts, ends_on], strict=True) if programmes else ():
        if last >= starts_on:
            yield ProgrammeSpan(programme.community_id, programme, max(programme.holds_from, starts_on), last)
