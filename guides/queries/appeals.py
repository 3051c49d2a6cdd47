"""Whose turn an appeal is: a guide's who did not judge, then an officer's."""

import datetime as dt
from collections.abc import Collection

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from guides.models import Appeal
from guides.models.appeals import AppealOutcome
from households.models import Community, Household
from people.models import User
from sorting.models import Verification

_FOR_OFFICERS = Q(level=2) | Q(escalated_at__isnull=False)


def appeals_of(*, household: Household, before_id: int | None = None) -> QuerySet[Appeal]:
    """The household's own, newest first; before a key if given."""
    found = Appeal.objects.filter(household=household)
    if before_id is not None:
        found = found.filter(pk__lt=before_id)
    return found.select_related("drop_off").order_by("-pk")


def appeals_for_guide(
    *, guide: User, community_ids: Collection[int], after: tuple[dt.datetime, int] | None = None
) -> QuerySet[Appeal]:
    """The open first appeals in these communities that the guide may answer, the most urgent first.

    `after`: the deadline and key of the one after which to go on.
    """
    judged = Verification.objects.filter(drop_off=OuterRef("drop_off"), guide=guide)
    mine = Q(household__members__user=guide)
    found = Appeal.objects.filter(
        ~_FOR_OFFICERS, ~Exists(judged), outcome=AppealOutcome.OPEN, drop_off__community__in=community_ids
    )
    if after is not None:
        due_at, appeal_id = after
        found = found.filter(Q(due_at__gt=due_at) | Q(due_at=due_at, pk__gt=appeal_id))
    own = Appeal.objects.filter(mine).values("pk")
    return (
        found.exclude(pk__in=own)
        .select_related("drop_off__bin__point__community", "household")
        .order_by("due_at", "pk")
    )


def appeals_for_officer(*, communities: QuerySet[Community]) -> QuerySet[Appeal]:
    """Every appeal of these communities' drop-offs: open ones first, by deadline."""
    found = Appeal.objects.filter(drop_off__community__in=communities)
    return found.select_related("drop_off__bin__point__community", "household", "answered_by").order_by(
        Case(When(outcome=AppealOutcome.OPEN, then=Value(0)), default=Value(1)), "due_at", "pk"
    )


def appeals_in_communities(
    *, communities: QuerySet[Community], is_waiting_only: bool, before_id: int | None
) -> QuerySet[Appeal]:
    """The same, newest first; only those that wait for an officer, and before a key, if so asked."""
    found = appeals_for_officer(communities=communities)
    if is_waiting_only:
        found = found.filter(_FOR_OFFICERS, outcome=AppealOutcome.OPEN)
    if before_id is not None:
        found = found.filter(pk__lt=before_id)
    return found.order_by("-pk")


def is_for_officer(*, appeal: Appeal) -> bool:
    """Whether an officer answers it."""
    return appeal.level == 2 or appeal.escalated_at is not None


def verdicts_of(*, appeal: Appeal) -> list[Verification]:
    """What guides said of the drop-off, in order: the evidence."""
    return list(Verification.objects.filter(drop_off_id=appeal.drop_off_id).select_related("guide").order_by("pk"))
