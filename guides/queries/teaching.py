"""Teaching: what was held and visited, and how many households it reached, each figure with its sign-ins."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from guides.models import Attendance, Gathering, HomeVisit
from guides.queries.shifts import moment_of
from households.models import Community, Household


@dataclass(frozen=True, slots=True)
class Reach:
    """宣传普及, the traced measure of indicator 34: enrolled households that signed in ÷ enrolled households."""

    community: Community
    reached_count: int
    enrolled_count: int


@dataclass(frozen=True, slots=True)
class GatheringLine:
    """A training or an event with how many people signed in, and of how many homes."""

    gathering: Gathering
    person_count: int
    home_count: int


def gatherings_in(
    *,
    community_ids: Collection[int],
    first: dt.date,
    last: dt.date,
    guide_id: int | None = None,
    limit: int | None = None,
) -> list[GatheringLine]:
    """Gatherings that begin on these local days, the newest first, at most so many."""
    begins, ends = _span(first, last)
    mine = Q(guide=guide_id) if guide_id is not None else Q()
    found = (
        Gathering.objects.filter(mine, community__in=community_ids, starts_at__gte=begins, starts_at__lt=ends)
        .select_related("community", "guide", "photo")
        .annotate(
            person_count=Count("attendances", distinct=True), home_count=Count("attendances__household", distinct=True)
        )
        .order_by("-starts_at", "-pk")
    )
    return [
        GatheringLine(gathering=each, person_count=each.person_count, home_count=each.home_count)
        for each in found[:limit]
    ]


def home_visits_in(
    *, community_ids: Collection[int], first: dt.date, last: dt.date, guide_id: int | None = None
) -> QuerySet[HomeVisit]:
    """Visits of these local days, the newest first."""
    begins, ends = _span(first, last)
    mine = Q(guide=guide_id) if guide_id is not None else Q()
    return (
        HomeVisit.objects.filter(
            mine, household__community__in=community_ids, visited_at__gte=begins, visited_at__lt=ends
        )
        .select_related("household", "guide")
        .order_by("-visited_at", "-pk")
    )


def publicity_reach(*, communities: QuerySet[Community], first: dt.date, last: dt.date) -> list[Reach]:
    """Reach by community. Counted are households that are enrolled on the last day: of them, those that signed in at
    a gathering of the period. A household counts once however many of its people came however often. Two queries.
    """
    begins, ends = _span(first, last)
    enrolled = Q(enrolled_on__lte=last) & (Q(left_on__isnull=True) | Q(left_on__gt=last))
    households = Household.objects.filter(enrolled, community__in=communities)
    signed_in = Attendance.objects.filter(gathering__starts_at__gte=begins, gathering__starts_at__lt=ends)
    counted = households.values("community").annotate(
        enrolled_count=Count("pk"), reached_count=Count("pk", filter=Q(pk__in=signed_in.values("household")))
    )
    of_community = {row["community"]: row for row in counted.order_by("community")}
    return [
        Reach(
            community=community,
            reached_count=of_community[community.pk]["reached_count"] if community.pk in of_community else 0,
            enrolled_count=of_community[community.pk]["enrolled_count"] if community.pk in of_community else 0,
        )
        for community in communities.order_by("name")
    ]


def _span(first: dt.date, last: dt.date) -> tuple[dt.datetime, dt.datetime]:
    return moment_of(on=first, at=dt.time()), moment_of(on=last + dt.timedelta(days=1), at=dt.time())
