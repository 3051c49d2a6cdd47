"""Reads a month as its report shows it: figures, the month before, communities, twelve months, what was published."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncMonth

from collection.queries import standing_loads
from households.models import Community
from indicators.catalogue import COMPUTED, Computed
from indicators.facts import CommunityFacts, Period
from indicators.formulas import NO_FIGURE, RECOVERABLE_CATEGORIES, Figure
from indicators.models import MonthlyReport, Publication, PublishedFigure
from indicators.queries.communities import community_facts
from indicators.queries.series import drop_off_series
from indicators.queries.staleness import is_anything_untallied

MONTHS_BACK = 12


@dataclass(frozen=True, slots=True)
class FigureOfMonth:
    """A computed figure of the district, with that of the month before and how it was published, where it was."""

    computed: Computed
    figure: Figure
    before: Figure
    published: PublishedFigure | None


@dataclass(frozen=True, slots=True)
class MonthSum:
    """What was dropped off, what of it can be recovered, and what trucks took, in grams; by the month's first day."""

    starts_on: dt.date
    drop_off_g: int
    recoverable_g: int
    load_g: int


@dataclass(frozen=True, slots=True)
class Month:
    """All of it, from one view of the tallies. `subdistricts` by community id."""

    period: Period
    read_at: dt.datetime
    is_stale: bool
    figures: Sequence[FigureOfMonth]
    communities: Sequence[CommunityFacts]
    subdistricts: Mapping[int, str]
    trend: Sequence[MonthSum]
    publication: Publication | None


def read_month(*, month: Period, now: dt.datetime) -> Month:
    """A calendar month as it is now."""
    is_stale = is_anything_untallied(period=month)
    communities = community_facts(period=month)
    before = _month_before(month=month)
    communities_before = community_facts(period=before)
    publication = Publication.objects.filter(starts_on=month.starts_on).order_by("-number").first()
    published = {
        (each.code, each.measure): each
        for each in (publication.figures.filter(community__isnull=True) if publication else ())
    }
    return Month(
        period=month,
        read_at=now,
        is_stale=is_stale,
        figures=[
            FigureOfMonth(
                computed=computed,
                figure=_district_figure(computed=computed, communities=communities, period=month),
                before=_district_figure(computed=computed, communities=communities_before, period=before),
                published=published.get((computed.code, computed.measure or "")),
            )
            for computed in COMPUTED
        ],
        communities=communities,
        subdistricts=dict(Community.objects.values_list("pk", "subdistrict__name")),
        trend=_trend(month=month),
        publication=publication,
    )


def reports_latest_first() -> QuerySet[MonthlyReport]:
    """Every request without its files, which only their download needs."""
    return MonthlyReport.objects.select_related("requested_by").defer("xlsx", "pdf").order_by("-requested_at", "-pk")


def _district_figure(*, computed: Computed, communities: Sequence[CommunityFacts], period: Period) -> Figure:
    scoped = [facts for facts in communities if computed.is_in_scope(facts)]
    return computed.formula(communities=scoped, period=period) if scoped else NO_FIGURE


def _month_before(*, month: Period) -> Period:
    ends_on = month.starts_on - dt.timedelta(days=1)
    return Period(starts_on=ends_on.replace(day=1), ends_on=ends_on)


def _trend(*, month: Period) -> list[MonthSum]:
    """The last MONTHS_BACK months, those without anything too: a gap is shown."""
    months = [month]
    while len(months) < MONTHS_BACK:
        months.append(_month_before(month=months[-1]))
    months.reverse()
    whole = Period(starts_on=months[0].starts_on, ends_on=month.ends_on)
    dropped: defaultdict[dt.date, Counter[str]] = defaultdict(Counter)
    for day in drop_off_series(period=whole, community_ids=None):
        dropped[day.on.replace(day=1)][day.category] += day.weight_g
    loads = (
        standing_loads()
        .filter(collected_on__range=(whole.starts_on, whole.ends_on))
        .annotate(month=TruncMonth("collected_on"))
        .values_list("month")
        .annotate(total_g=Sum("weight_g"))
    )
    taken = {starts_on: int(total_g) for starts_on, total_g in loads}
    return [
        MonthSum(
            starts_on=each.starts_on,
            drop_off_g=dropped[each.starts_on].total(),
            recoverable_g=sum(dropped[each.starts_on][category] for category in RECOVERABLE_CATEGORIES),
            load_g=taken.get(each.starts_on, 0),
        )
        for each in months
    ]
