"""Programmes for those who look after communities: what holds, what is drafted, what came before."""

import datetime as dt

from django.db.models import Q, QuerySet

from households.models import Community
from points.models import Programme, ProgrammeState


def programmes_in_communities(
    *, communities: QuerySet[Community], state: str | None = None, before: tuple[dt.date, int] | None = None
) -> QuerySet[Programme]:
    """The district's programmes and those of the communities, the latest first.

    Those in one state only, and from before a day and key, if so asked.
    """
    found = Programme.objects.filter(Q(community__isnull=True) | Q(community__in=communities))
    if state is not None:
        found = found.filter(state=state)
    if before is not None:
        holds_from, programme_id = before
        found = found.filter(Q(holds_from__lt=holds_from) | Q(holds_from=holds_from, pk__lt=programme_id))
    return found.select_related("community", "drafted_by", "decided_by").order_by("-holds_from", "-pk")


def versions_of(*, programme: Programme) -> QuerySet[Programme]:
    """The approved programmes of the same community, or of the district, the latest first."""
    found = Programme.objects.filter(community=programme.community_id, state=ProgrammeState.APPROVED)
    return found.order_by("-holds_from")


def programme_holding(*, community: Community | None, on: dt.date) -> Programme:
    """What holds on a day in a community, or in the district at large.

    :raises Programme.DoesNotExist: nothing does.
    """
    found = Programme.objects.filter(state=ProgrammeState.APPROVED, holds_from__lte=on)
    own = found.filter(community=community) if community else found.none()
    return own.order_by("-holds_from").first() or found.filter(community__isnull=True).latest("holds_from")
