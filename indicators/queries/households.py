"""Reads the funnel of each community's households: enrolled, card, first drop-off, active, sorting right."""

import datetime as dt
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from households.models import Card, Household
from indicators.facts import HouseholdFacts, Period
from points.models import HouseholdDay
from sorting.models import Verdict
from sorting.queries.verdicts import verdicts_in_force

ACTIVE_DAYS = 30  # the contract's "active_30_days" and "sorting_right" look at this many days, the last included


def enrolled_households(*, on: dt.date) -> QuerySet[Household]:
    """Households enrolled on a day: `enrolled_on` is that day or before, and they had not left by then."""
    return Household.objects.filter(Q(left_on__isnull=True) | Q(left_on__gt=on), enrolled_on__lte=on)


def household_facts(*, period: Period) -> dict[int, HouseholdFacts]:
    """HouseholdFacts by community id, in three queries."""
    judged = _count_by_community(period=period, households=_judged_households(until=period.ends_on))
    right = _count_by_community(period=period, households=_households_sorting_right(until=period.ends_on))
    facts = {}
    for community_id, enrolled, card_issued, first_drop_off, active, participating in _funnel(period=period):
        facts[community_id] = HouseholdFacts(
            enrolled_count=enrolled,
            card_issued_count=card_issued,
            first_drop_off_count=first_drop_off,
            active_30_days_count=active,
            participating_count=participating,
            judged_count=judged.get(community_id, 0),
            sorting_right_count=right.get(community_id, 0),
        )
    return facts


def day_after(*, on: dt.date) -> dt.datetime:
    """The local midnight that ends a day."""
    return timezone.make_aware(dt.datetime.combine(on + dt.timedelta(days=1), dt.time.min))


def _funnel(*, period: Period) -> list[tuple[int, int, int, int, int, int]]:
    """Community id, then counts of households: enrolled, card issued, first drop-off, active, participating."""
    days = HouseholdDay.objects.filter(household_id=OuterRef("pk"))
    end = day_after(on=period.ends_on)
    # A card without valid_from is valid at all times; a replaced card was issued all the same.
    cards = Card.objects.filter(
        Q(issued_at__lt=end) | Q(valid_from__isnull=True) | Q(valid_from__lt=end), household_id=OuterRef("pk")
    )
    rows = (
        enrolled_households(on=period.ends_on)
        .values_list("community_id")
        .annotate(
            enrolled_count=Count("pk"),
            card_issued_count=Count("pk", filter=Exists(cards)),
            first_drop_off_count=Count("pk", filter=Exists(days.filter(occurred_on__lte=period.ends_on))),
            active_30_days_count=Count(
                "pk", filter=Exists(days.filter(occurred_on__range=_active_days(until=period.ends_on)))
            ),
            participating_count=Count(
                "pk", filter=Exists(days.filter(occurred_on__range=(period.starts_on, period.ends_on)))
            ),
        )
    )
    return list(rows)


def _active_days(*, until: dt.date) -> tuple[dt.date, dt.date]:
    return until - dt.timedelta(days=ACTIVE_DAYS - 1), until


def verdicts_by_household() -> QuerySet[Any, Any]:
    """Verdicts in force, with `owner_id`: the household of the drop-off, by its card or by a tallied attribution."""
    attributed = Case(
        When(drop_off__attribution__batch__tallied_at__isnull=False, then=F("drop_off__attribution__household_id")),
    )
    return verdicts_in_force().annotate(owner_id=Coalesce(F("drop_off__household_id"), attributed))


def _judged_households(*, until: dt.date) -> QuerySet[Any, Any]:
    verdicts: QuerySet[Any, Any] = verdicts_by_household().filter(
        drop_off__occurred_on__lte=until, owner_id__isnull=False
    )
    return verdicts.values("owner_id")


def _households_sorting_right(*, until: dt.date) -> QuerySet[Any, Any]:
    """Owners with at least one CORRECT and nothing wrong among their last ACTIVE_DAYS days."""
    verdicts: QuerySet[Any, Any] = (
        _judged_households(until=until)
        .filter(drop_off__occurred_on__gte=_active_days(until=until)[0])
        .annotate(
            correct_count=Count("pk", filter=Q(verdict=Verdict.CORRECT)),
            wrong_count=Count("pk", filter=~Q(verdict=Verdict.CORRECT)),
        )
        .filter(correct_count__gt=0, wrong_count=0)
    )
    return verdicts.values("owner_id")


def _count_by_community(*, period: Period, households: QuerySet[Any, Any]) -> dict[int, int]:
    rows = (
        enrolled_households(on=period.ends_on)
        .filter(pk__in=households)
        .values_list("community_id")
        .annotate(household_count=Count("pk"))
    )
    return dict(rows)
