"""台账: what guides did in one community in a period, as rows; the documents are made of nothing else.

What the verdicts were, one by one and by day, is in guides.queries.register_verdicts.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TypedDict

from guides.models import HomeVisit, Problem, RosterSlot, Shift
from guides.punctuality import Punctuality, punctuality
from guides.queries.register_scope import RegisterScope
from guides.queries.register_verdicts import VerdictDay, VerdictLine, verdict_days, verdict_lines
from guides.queries.shifts import slot_of
from guides.queries.teaching import GatheringLine, gatherings_in, home_visits_in
from sorting.models import SpotCheck


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """A shift with how it lay against the roster."""

    shift: Shift
    punctuality: Punctuality


@dataclass(frozen=True, slots=True)
class Register:
    """The rows of a register, each kind in order of time."""

    scope: RegisterScope
    shifts: list[ShiftLine]
    verdict_days: list[VerdictDay]
    verdicts: list[VerdictLine]
    spot_checks: list[SpotCheck]
    problems: list[Problem]
    gatherings: list[GatheringLine]
    home_visits: list[HomeVisit]


def register_of(*, scope: RegisterScope, now: dt.datetime, verdicts_max: int) -> Register:
    """Everything of the scope, in a fixed number of queries; of the verdicts one by one the first `verdicts_max`."""
    return Register(
        scope=scope,
        shifts=_shifts(scope=scope, now=now),
        verdict_days=verdict_days(scope=scope),
        verdicts=verdict_lines(scope=scope, limit=verdicts_max),
        spot_checks=list(
            SpotCheck.objects.filter(
                scope.of("guide"), point__community=scope.community, checked_on__range=(scope.first, scope.last)
            )
            .select_related("point", "guide")
            .order_by("checked_at", "pk")
        ),
        problems=list(
            Problem.objects.filter(
                scope.of("found_by"),
                point__community=scope.community,
                found_at__gte=scope.begins,
                found_at__lt=scope.ends,
            )
            .select_related("point", "bin", "found_by", "rectified_by", "photo", "rectified_photo")
            .order_by("found_at", "pk")
        ),
        gatherings=gatherings_in(community_ids=[scope.community.pk], **_span(scope))[::-1],
        home_visits=list(
            home_visits_in(community_ids=[scope.community.pk], **_span(scope)).order_by("visited_at", "pk")
        ),
    )


class _Span(TypedDict):
    first: dt.date
    last: dt.date
    guide_id: int | None


def _span(scope: RegisterScope) -> _Span:
    return {"first": scope.first, "last": scope.last, "guide_id": scope.guide.pk if scope.guide else None}


def _shifts(*, scope: RegisterScope, now: dt.datetime) -> list[ShiftLine]:
    of_guide = scope.of("guide")
    shifts = (
        Shift.objects.filter(
            of_guide, point__community=scope.community, started_at__gte=scope.begins, started_at__lt=scope.ends
        )
        .select_related("point", "guide")
        .order_by("started_at", "pk")
    )
    slots: dict[int, list[RosterSlot]] = {}
    for slot in RosterSlot.objects.filter(
        of_guide, point__community=scope.community, on_date__range=(scope.first, scope.last)
    ):
        slots.setdefault(slot.guide_id, []).append(slot)
    return [
        ShiftLine(
            shift=shift,
            punctuality=punctuality(
                point_id=shift.point_id,
                started_at=shift.started_at,
                ended_at=shift.ended_at,
                slots=[slot_of(slot) for slot in slots.get(shift.guide_id, [])],
                now=now,
            ),
        )
        for shift in shifts
    ]
