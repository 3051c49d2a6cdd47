"""Problems: those a guide may see and close, and those the bureau waits for."""

import datetime as dt
from collections.abc import Collection

from django.db.models import F, QuerySet

from guides.models import Problem
from households.models import Community, Household


def problems_in_communities(*, community_ids: Collection[int], since: dt.datetime) -> QuerySet[Problem]:
    """Open ones whatever their age, the most urgent first; then those rectified since that moment."""
    found = Problem.objects.filter(point__community__in=community_ids).exclude(rectified_at__lt=since)
    return found.select_related("point__community", "bin", "found_by", "rectified_by").order_by(
        F("rectified_at").desc(nulls_first=True), "due_at", "pk"
    )


def overdue_problems(*, now: dt.datetime) -> QuerySet[Problem]:
    """For the bureau: open and past their deadline, the longest overdue first."""
    open_ones = Problem.objects.filter(rectified_at__isnull=True, due_at__lt=now)
    return open_ones.select_related("point__community__subdistrict", "bin", "found_by").order_by("due_at", "pk")


def problems_for_bureau(*, communities: QuerySet[Community], is_rectified: bool) -> QuerySet[Problem]:
    """Of these communities: the open ones by their deadline, or those rectified, the newest first."""
    found = Problem.objects.filter(point__community__in=communities, rectified_at__isnull=not is_rectified)
    ordered = found.order_by("-rectified_at", "-pk") if is_rectified else found.order_by("due_at", "pk")
    return ordered.select_related("point__community", "bin", "found_by")


def problems_of_household(*, household: Household) -> QuerySet[Problem]:
    """What the household's people reported, the newest first."""
    found = Problem.objects.filter(household=household).select_related("point", "bin")
    return found.order_by("-found_at", "-pk")
