"""Tasks: a guide's own, and those that officers gave within reach."""

import datetime as dt

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from guides.models import GuideAssignment, GuideTask
from households.models import Community
from people.models import User


def tasks_of_guide(*, guide: User, since: dt.datetime) -> QuerySet[GuideTask]:
    """The guide's own: open ones by their deadline, then those done since that moment."""
    found = GuideTask.objects.filter(guide=guide).exclude(done_at__lt=since)
    return found.select_related("point__community", "given_by").order_by(
        F("done_at").desc(nulls_first=True), "due_at", "pk"
    )


def tasks_for_bureau(*, communities: QuerySet[Community], is_done: bool) -> QuerySet[GuideTask]:
    """At the points of these communities: open ones by their deadline, or those done, the newest first."""
    found = GuideTask.objects.filter(point__community__in=communities, done_at__isnull=not is_done)
    ordered = found.order_by("-done_at", "-pk") if is_done else found.order_by("due_at", "pk")
    return ordered.select_related("point__community", "guide", "given_by")


def guides_of_community(*, community: Community, now: dt.datetime) -> QuerySet[User]:
    """The guides to whom the community is given today, by name."""
    today = timezone.localdate(now)
    given = GuideAssignment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today), community=community, starts_on__lte=today
    )
    return User.objects.filter(pk__in=given.values("guide"), is_active=True).order_by("display_name", "username")
