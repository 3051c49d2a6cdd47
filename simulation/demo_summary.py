"""The figures that the demo shows at its end, read from the tallies."""

import datetime as dt
from collections import Counter
from dataclasses import asdict, dataclass

from django.db.models import Count, Sum

from households.models import Community, Household
from indicators.formulas import rate
from indicators.models import CommunityDay
from points.models import HouseholdDay, Reason, Transfer


@dataclass(frozen=True, slots=True)
class CommunityFigures:
    """One community's day. Rates are 0..1, None where nothing was observed."""

    subdistrict: str
    community: str
    is_pilot: bool
    households: int
    took_part: int
    participation_rate: float | None
    food_separation_rate: float | None
    recovery_rate: float | None
    drop_offs: int
    weight_g: int
    points: int

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def read_communities(*, on: dt.date) -> list[CommunityFigures]:
    """Every community's day, in the order of the plan."""
    enrolled = dict(Household.objects.filter(left_on=None).values_list("community").annotate(count=Count("pk")))
    days = HouseholdDay.objects.filter(occurred_on=on).values_list("household__community")
    took_part = dict(days.annotate(count=Count("household", distinct=True)))
    points = dict(days.annotate(points=Sum("points")))
    community_days = list(CommunityDay.objects.filter(occurred_on=on))
    return [
        _community_figures(
            community=community,
            days=[day for day in community_days if day.community_id == community.pk],
            households=enrolled.get(community.pk, 0),
            took_part=took_part.get(community.pk, 0),
            points=points.get(community.pk, 0),
        )
        for community in Community.objects.select_related("subdistrict").order_by("pk")
    ]


def _community_figures(
    *, community: Community, days: list[CommunityDay], households: int, took_part: int, points: int
) -> CommunityFigures:
    grams = Counter({day.category: day.weight_g for day in days})
    return CommunityFigures(
        subdistrict=community.subdistrict.name,
        community=community.name,
        is_pilot=community.is_pilot,
        households=households,
        took_part=took_part,
        participation_rate=_rate(took_part, households),
        food_separation_rate=_rate(grams["FOOD"], grams["FOOD"] + grams["RESIDUAL"]),
        recovery_rate=_rate(grams["RECYCLABLE"] + grams["FOOD"], grams.total()),
        drop_offs=sum(day.drop_off_count for day in days),
        weight_g=grams.total(),
        points=points,
    )


def read_awarded_points() -> int:
    """Points that were awarded, less what was reversed."""
    sums = dict(Transfer.objects.values_list("reason").annotate(points=Sum("points")))
    return int(sums.get(Reason.AWARD, 0) - sums.get(Reason.REVERSE, 0))


def _rate(numerator: int, denominator: int) -> float | None:
    found = rate(numerator=numerator, denominator=denominator)
    return None if found is None else round(float(found), 6)
