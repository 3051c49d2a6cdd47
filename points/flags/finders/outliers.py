"""Searches a week that is over for households with far more points than is usual in their community."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from django.db.models import F, Sum

from points.flags.finding import Finding, Span, figures_of, week_name
from points.flags.rules.outliers import find_outliers
from points.models.days import HouseholdDay
from points.models.flags import FlagKind

ROWS_AT_ONCE = 5_000


def find_week_outliers(*, span: Span) -> Iterator[Finding]:
    """One finding a household. The database adds up the week; a community at a time is held and judged."""
    sums = (
        HouseholdDay.objects.filter(occurred_on__range=(span.starts_on, span.ends_on))
        .annotate(community_id=F("household__community_id"))
        .values_list("community_id", "household_id")
        .annotate(earned=Sum("points"))
        .filter(earned__gt=0)
        .order_by("community_id")
    )
    for community_id, group in groupby(sums.iterator(chunk_size=ROWS_AT_ONCE), key=itemgetter(0)):
        for evidence in find_outliers(points={household_id: earned for _, household_id, earned in group}):
            yield Finding(
                kind=FlagKind.OUTLIER,
                subject=f"household/{evidence.household_id}",
                occasion=week_name(span.starts_on),
                community_id=community_id,
                household_id=evidence.household_id,
                starts_on=span.starts_on,
                ends_on=span.ends_on,
                figures=figures_of(evidence),
            )
