"""Reads the month of each building of a community: the homes that agreed to be counted, and nobody else."""

from collections import Counter

from django.db.models import Count, Q, Value
from django.db.models.functions import Coalesce

from households.models import Community, ConsentKind
from households.queries import last_consent
from indicators.building_lists import BuildingFacts
from indicators.facts import Period
from indicators.queries.households import day_after, enrolled_households, verdicts_by_household
from points.models import HouseholdDay
from sorting.models import Verdict


def building_facts(*, community: Community, period: Period) -> list[BuildingFacts]:
    """BuildingFacts of the buildings with an enrolled home that agreed as the period ended, in three queries."""
    consent = last_consent(household="pk", kind=ConsentKind.RANKING, before=day_after(on=period.ends_on))
    agreed = (
        enrolled_households(on=period.ends_on)
        .filter(community=community)
        .annotate(is_agreed=Coalesce(consent, Value(False)))
        .filter(is_agreed=True)
    )
    building_of = dict(agreed.values_list("pk", "building"))
    days = (period.starts_on, period.ends_on)
    active = HouseholdDay.objects.filter(household_id__in=agreed.values("pk"), occurred_on__range=days)
    judged = (
        verdicts_by_household()
        .filter(owner_id__in=agreed.values("pk"), drop_off__occurred_on__range=days)
        .values_list("owner_id")
        .annotate(judged_count=Count("pk"), right_count=Count("pk", filter=Q(verdict=Verdict.CORRECT)))
    )
    agreed_counts = Counter(building_of.values())
    active_ids = set(active.values_list("household_id", flat=True).distinct())
    # A home that agreed between two of the queries is counted the next time.
    active_counts = Counter(building_of[pk] for pk in active_ids if pk in building_of)
    judged_homes: Counter[str] = Counter()
    judged_counts: Counter[str] = Counter()
    right_counts: Counter[str] = Counter()
    for owner_id, judged_count, right_count in judged:
        if owner_id in building_of:
            building = building_of[owner_id]
            judged_homes[building] += 1
            judged_counts[building] += judged_count
            right_counts[building] += right_count
    return [
        BuildingFacts(
            building=building,
            agreed_count=agreed_count,
            active_count=active_counts[building],
            judged_home_count=judged_homes[building],
            judged_count=judged_counts[building],
            right_count=right_counts[building],
        )
        for building, agreed_count in sorted(agreed_counts.items())
    ]
