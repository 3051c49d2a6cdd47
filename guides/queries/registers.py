"""台账: what guides did in one community in a period, as rows; the documents are made of nothing else."""

import datetime as dt
from dataclasses import dataclass
from typing import TypedDict

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from guides.models import HomeVisit, Problem, RosterSlot, Shift
from guides.punctuality import Punctuality, punctuality
from guides.queries.shifts import moment_of, slot_of
from guides.queries.teaching import GatheringLine, gatherings_in, home_visits_in
from households.models import Community
from people.models import User
from sorting.models import SpotCheck, Verdict, Verification


@dataclass(frozen=True, slots=True)
class RegisterScope:
    """Whose register: of one community, of all its guides or of one, from a local date to another, both included."""

    community: Community
    first: dt.date
    last: dt.date
    guide: User | None = None

    @property
    def begins(self) -> dt.datetime:
        """The first moment."""
        return moment_of(on=self.first, at=dt.time())

    @property
    def ends(self) -> dt.datetime:
        """The moment after the last."""
        return moment_of(on=self.last + dt.timedelta(days=1), at=dt.time())


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """A shift with how it lay against the roster."""

    shift: Shift
    punctuality: Punctuality


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """What one guide said on one local day: how often each verdict that stands, and how many were taken back."""

    on_date: dt.date
    guide_name: str
    correct_count: int
    contaminated_count: int
    misplaced_count: int
    withdrawn_count: int

    @property
    def standing_count(self) -> int:
        """Verdicts that were not taken back."""
        return self.correct_count + self.contaminated_count + self.misplaced_count


@dataclass(frozen=True, slots=True)
class Register:
    """The rows of a register, each kind in order of time."""

    scope: RegisterScope
    shifts: list[ShiftLine]
    verdicts: list[VerdictLine]
    spot_checks: list[SpotCheck]
    problems: list[Problem]
    gatherings: list[GatheringLine]
    home_visits: list[HomeVisit]


def register_of(*, scope: RegisterScope, now: dt.datetime) -> Register:
    """Everything of the scope, in a fixed number of queries."""
    return Register(
        scope=scope,
        shifts=_shifts(scope=scope, now=now),
        verdicts=_verdicts(scope=scope),
        spot_checks=list(
            SpotCheck.objects.filter(
                _of(scope, "guide"), point__community=scope.community, checked_on__range=(scope.first, scope.last)
            )
            .select_related("point", "guide")
            .order_by("checked_at", "pk")
        ),
        problems=list(
            Problem.objects.filter(
                _of(scope, "found_by"),
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


def _of(scope: RegisterScope, who: str) -> Q:
    return Q(**{who: scope.guide}) if scope.guide else Q()


def _shifts(*, scope: RegisterScope, now: dt.datetime) -> list[ShiftLine]:
    of_guide = _of(scope, "guide")
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


def _verdicts(*, scope: RegisterScope) -> list[VerdictLine]:
    taken_back = Exists(
        Verification.objects.filter(drop_off=OuterRef("drop_off"), verdict=Verdict.WITHDRAWN, pk__gt=OuterRef("pk"))
    )
    rows = (
        Verification.objects.annotate(is_taken_back=taken_back)
        .filter(
            _of(scope, "guide"),
            drop_off__community=scope.community,
            verified_at__gte=scope.begins,
            verified_at__lt=scope.ends,
        )
        .exclude(verdict=Verdict.WITHDRAWN)
        .annotate(on_date=TruncDate("verified_at", tzinfo=timezone.get_current_timezone()))
        .values("on_date", "guide", "guide__display_name", "guide__username")
        .annotate(
            correct_count=_standing(Verdict.CORRECT),
            contaminated_count=_standing(Verdict.CONTAMINATED),
            misplaced_count=_standing(Verdict.MISPLACED),
            taken_back_count=Count("pk", filter=Q(is_taken_back=True)),
        )
        .order_by("on_date", "guide")
    )
    return [
        VerdictLine(
            on_date=row["on_date"],
            guide_name=row["guide__display_name"] or row["guide__username"],
            correct_count=row["correct_count"],
            contaminated_count=row["contaminated_count"],
            misplaced_count=row["misplaced_count"],
            withdrawn_count=row["taken_back_count"],
        )
        for row in rows
    ]


def _standing(verdict: Verdict) -> Count:
    return Count("pk", filter=Q(verdict=verdict, is_taken_back=False))
