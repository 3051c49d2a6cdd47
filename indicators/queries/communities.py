"""Reads each community's parts of a period: its flags, loads, drop-offs, bins and samples."""

import datetime as dt
from collections import defaultdict

from django.db.models import Q, Sum

from collection.queries import standing_loads
from households.community_changes import communities_as_declared
from households.models import Community
from indicators.facts import CommunityFacts, HouseholdFacts, Period, SampleFacts
from indicators.models import CommunityDay
from indicators.queries.households import day_after, household_facts
from sorting.categories import WasteCategory
from sorting.models import SmartBin, SpotCheck


def community_facts(*, period: Period) -> list[CommunityFacts]:
    """Every community of the district, by name. Six queries, however many communities and rows there are."""
    loads = _load_weights_g(period=period)
    drop_offs, samples = _drop_offs(period=period)
    households = household_facts(period=period)
    spot_checks = _spot_checks(period=period)
    with_hazardous_bin = _communities_with_hazardous_bin(on=period.ends_on)
    return [
        CommunityFacts(
            community_id=community.pk,
            name=community.name,
            is_urban_core=declared.is_urban_core,
            is_pilot=declared.is_pilot,
            has_sorted_service=_has_begun(since=community.sorted_collection_since, on=period.ends_on)
            and _has_begun(since=community.sorted_transport_since, on=period.ends_on),
            declared_household_count=declared.household_count,
            declared_resident_count=declared.resident_count,
            has_hazardous_bin=community.pk in with_hazardous_bin,
            households=households.get(community.pk, HouseholdFacts()),
            load_weights_g=loads.get(community.pk, {}),
            drop_off_weights_g=drop_offs.get(community.pk, {}),
            random_sample=samples.get(community.pk, SampleFacts()),
            spot_checks=spot_checks.get(community.pk, SampleFacts()),
        )
        for community, declared in communities_as_declared(
            communities=Community.objects.order_by("name"), on=period.ends_on
        )
    ]


def _has_begun(*, since: dt.date | None, on: dt.date) -> bool:
    return since is not None and since <= on


def _load_weights_g(*, period: Period) -> dict[int, dict[tuple[str, str], int]]:
    rows = (
        standing_loads()
        .filter(collected_on__range=(period.starts_on, period.ends_on))
        .values_list("community_id", "category", "destination")
        .annotate(total_g=Sum("weight_g"))
    )
    weights_g: dict[int, dict[tuple[str, str], int]] = defaultdict(dict)
    for community_id, category, destination, total_g in rows:
        weights_g[community_id][category, destination] = int(total_g)
    return weights_g


def _drop_offs(*, period: Period) -> tuple[dict[int, dict[str, int]], dict[int, SampleFacts]]:
    """By community, grams by category, and the random sample: judged drop-offs by the day of the drop-off."""
    rows = (
        CommunityDay.objects.filter(occurred_on__range=(period.starts_on, period.ends_on))
        .values_list("community_id", "category")
        .annotate(total_g=Sum("weight_g"), judged=Sum("sampled_count"), right=Sum("sampled_right_count"))
    )
    weights_g: dict[int, dict[str, int]] = defaultdict(dict)
    samples: dict[int, SampleFacts] = {}
    for community_id, category, total_g, judged, right in rows:
        weights_g[community_id][category] = int(total_g)
        so_far = samples.get(community_id, SampleFacts())
        samples[community_id] = SampleFacts(
            looked_at_count=so_far.looked_at_count + judged, right_count=so_far.right_count + right
        )
    return weights_g, samples


def _communities_with_hazardous_bin(*, on: dt.date) -> set[int]:
    """Communities with a bin that takes HAZARDOUS and was not revoked by the end of that day."""
    bins = SmartBin.objects.filter(
        Q(revoked_at__isnull=True) | Q(revoked_at__gte=day_after(on=on)), categories__contains=WasteCategory.HAZARDOUS
    )
    return set(bins.values_list("point__community_id", flat=True).distinct())


def _spot_checks(*, period: Period) -> dict[int, SampleFacts]:
    rows = (
        SpotCheck.objects.filter(checked_on__range=(period.starts_on, period.ends_on))
        .values_list("point__community_id")
        .annotate(looked_at=Sum("looked_at_count"), wrong=Sum("wrong_count"))
    )
    return {
        community_id: SampleFacts(looked_at_count=looked_at, right_count=looked_at - wrong)
        for community_id, looked_at, wrong in rows
    }
