"""The verdicts of a register: how many of each on a day, and one by one."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from guides.queries.drop_offs import door_of
from guides.queries.register_scope import RegisterScope
from households.models import Household
from sorting.models import Attribution, Verdict, Verification


@dataclass(frozen=True, slots=True)
class VerdictDay:
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
class VerdictLine:
    """One verdict. `door` is whose bag it was; "" where it was nobody's, of a home elsewhere, or is not to be shown."""

    verification: Verification
    point_name: str
    door: str
    is_taken_back: bool


def verdict_days(*, scope: RegisterScope) -> list[VerdictDay]:
    """By day and guide, in order. One query."""
    rows = (
        _given(scope=scope)
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
        VerdictDay(
            on_date=row["on_date"],
            guide_name=row["guide__display_name"] or row["guide__username"],
            correct_count=row["correct_count"],
            contaminated_count=row["contaminated_count"],
            misplaced_count=row["misplaced_count"],
            withdrawn_count=row["taken_back_count"],
        )
        for row in rows
    ]


def verdict_lines(*, scope: RegisterScope, limit: int) -> list[VerdictLine]:
    """The first so many in order of time. Two queries, three where doors are shown."""
    rows = list(
        _given(scope=scope)
        .select_related("guide", "point", "drop_off__bin__point")
        .order_by("verified_at", "pk")[:limit]
    )
    doors = _doors(scope=scope, rows=rows) if scope.shows_doors else {}
    return [
        VerdictLine(
            verification=row,
            point_name=(row.point or row.drop_off.bin.point).name,  # where the guide stood, else where the bag lay
            door=doors.get(row.drop_off_id, ""),
            is_taken_back=row.is_taken_back,  # type: ignore[attr-defined]  # annotated
        )
        for row in rows
    ]


def _given(*, scope: RegisterScope) -> QuerySet[Verification]:
    """Every verdict of the scope, with `is_taken_back`. One that says nothing but that another is not meant is none."""
    taken_back = Exists(
        Verification.objects.filter(drop_off=OuterRef("drop_off"), verdict=Verdict.WITHDRAWN, pk__gt=OuterRef("pk"))
    )
    return (
        Verification.objects.annotate(is_taken_back=taken_back)
        .filter(
            scope.of("guide"),
            drop_off__community=scope.community,
            verified_at__gte=scope.begins,
            verified_at__lt=scope.ends,
        )
        .exclude(verdict=Verdict.WITHDRAWN)
    )


def _standing(verdict: Verdict) -> Count:
    return Count("pk", filter=Q(verdict=verdict, is_taken_back=False))


def _doors(*, scope: RegisterScope, rows: list[Verification]) -> dict[int, str]:
    """Doors by drop-off. Of homes elsewhere none is told, as in the list at the point."""
    home_ids = {row.drop_off_id: row.drop_off.household_id for row in rows if row.drop_off.household_id is not None}
    home_ids |= dict(
        Attribution.objects.filter(drop_off__in={row.drop_off_id for row in rows} - home_ids.keys()).values_list(
            "drop_off_id", "household_id"
        )
    )
    homes = Household.objects.filter(pk__in=set(home_ids.values()), community=scope.community).in_bulk()
    return {
        drop_off_id: door_of(building=home.building, unit=home.unit, room=home.room)
        for drop_off_id, home_id in home_ids.items()
        if (home := homes.get(home_id)) is not None
    }
