"""A household's year: what it sorted, what its points did, how its sorting was judged."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from households.models import Household
from points.models import HouseholdDay, Reason, Transfer
from sorting.models import Attribution, DropOff, Verdict
from sorting.queries.verdicts import verdicts_in_force


@dataclass(frozen=True, slots=True)
class CategoryYear:
    """The bags of one category and their weight."""

    category: str
    drop_off_count: int
    weight_g: int


@dataclass(frozen=True, slots=True)
class HouseholdYear:
    """The sums of a year. Points by reason: what came into the household's accounts, and what left them, in the year;
    what was only released from pending to available is neither.

    `judged_count` are the drop-offs of the year whose verdict is in force, `right_count` those found CORRECT.
    """

    categories: tuple[CategoryYear, ...]
    day_count: int
    points_in: Mapping[str, int]
    points_out: Mapping[str, int]
    judged_count: int
    right_count: int

    @property
    def accuracy(self) -> Fraction | None:
        """Right ÷ judged; None where nothing was judged."""
        return Fraction(self.right_count, self.judged_count) if self.judged_count else None


def year_of(*, household: Household, year: int) -> HouseholdYear:
    """A calendar year on the district's clock, as it is now. Five queries."""
    days = (dt.date(year, 1, 1), dt.date(year, 12, 31))
    tallies = HouseholdDay.objects.filter(household=household, occurred_on__range=days)
    by_category = tallies.values_list("category").annotate(Sum("drop_off_count"), Sum("weight_g")).order_by("category")
    points_in, points_out = _points(household=household, year=year)
    verdicts = _verdicts(household=household, days=days)
    return HouseholdYear(
        categories=tuple(CategoryYear(*row) for row in by_category),
        day_count=tallies.values("occurred_on").distinct().count(),
        points_in=points_in,
        points_out=points_out,
        judged_count=verdicts.total(),
        right_count=verdicts[Verdict.CORRECT],
    )


def _points(*, household: Household, year: int) -> tuple[Counter[str], Counter[str]]:
    first, after = (timezone.make_aware(dt.datetime(each, 1, 1)) for each in (year, year + 1))  # noqa: DTZ001
    moved = (
        Transfer.objects.filter(household=household, run__posted_at__gte=first, run__posted_at__lt=after)
        .exclude(reason=Reason.RELEASE)
        .values_list("reason", "credit__household")
        .annotate(Sum("points"))
    )
    points_in, points_out = Counter[str](), Counter[str]()
    for reason, credited_id, points in moved:
        (points_in if credited_id == household.pk else points_out)[reason] += points
    return points_in, points_out


def _verdicts(*, household: Household, days: tuple[dt.date, dt.date]) -> Counter[str]:
    """How often each verdict. Two queries: a drop-off is the household's by its card or by an attribution."""
    own: tuple[QuerySet[DropOff, int] | QuerySet[Attribution, int], ...] = (
        DropOff.objects.filter(household=household, occurred_on__range=days).values_list("pk", flat=True),
        Attribution.objects.filter(
            household=household, occurred_on__range=days, batch__tallied_at__isnull=False
        ).values_list("drop_off_id", flat=True),
    )
    counted = Counter[str]()
    for ids in own:
        counted.update(dict(verdicts_in_force().filter(drop_off__in=ids).values_list("verdict").annotate(Count("pk"))))
    return counted
