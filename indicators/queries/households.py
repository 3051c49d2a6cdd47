"""Reads the funnel of each community's households: enrolled, card, first drop-off, active, sorting right."""

import datetime as dt
from typing import Any

from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from households.models import Household
from indicators.facts import HouseholdFacts, Period
from lib import dialect
from sorting.queries.verdicts import verdicts_in_force

ACTIVE_DAYS = 30  # the contract's "active_30_days" and "sorting_right" look at this many days, the last included
LATELY_DAYS = 3  # where most households' last day is found: the index is read by pages, and fewer days are fewer pages


def enrolled_households(*, on: dt.date) -> QuerySet[Household]:
    """Households enrolled on a day: `enrolled_on` is that day or before, and they had not left by then."""
    return Household.objects.filter(Q(left_on__isnull=True) | Q(left_on__gt=on), enrolled_on__lte=on)


def household_facts(*, period: Period) -> dict[int, HouseholdFacts]:
    """HouseholdFacts by community id, in one query that looks each enrolled household up in its days.

    Of days up to the period's end the last one tells all: whether there is any, one in the 30 days, one in the period.
    """
    end, ends_on = day_after(on=period.ends_on), period.ends_on
    lately_from = ends_on - dt.timedelta(days=LATELY_DAYS - 1)
    active_from = ends_on - dt.timedelta(days=ACTIVE_DAYS - 1)
    values = (end, end, lately_from, ends_on, ends_on, active_from, ends_on, ends_on, ends_on, active_from)
    rows = dialect.fetch(_FUNNEL, [dialect.adapt(value=each) for each in (*values, period.starts_on, ends_on)])
    return {community_id: HouseholdFacts(*map(int, counts)) for community_id, *counts in rows}


def day_after(*, on: dt.date) -> dt.datetime:
    """The local midnight that ends a day."""
    return timezone.make_aware(dt.datetime.combine(on + dt.timedelta(days=1), dt.time.min))


def verdicts_by_household() -> QuerySet[Any, Any]:
    """Verdicts in force, with `owner_id`: the household of the drop-off, by its card or by a tallied attribution."""
    attributed = Case(
        When(drop_off__attribution__batch__tallied_at__isnull=False, then=F("drop_off__attribution__household_id")),
    )
    return verdicts_in_force().annotate(owner_id=Coalesce(F("drop_off__household_id"), attributed))


# Counts in the order of HouseholdFacts. A card without valid_from is valid at all times; a replaced card was issued all
# the same. `is_right` is null where nothing was judged in the 30 days: only then is it asked whether anything ever was.
# MATERIALIZED, or a household is looked up anew for each figure that is made of what was found.
_FUNNEL = """
    WITH reached AS MATERIALIZED (
        SELECT h.id, h.community_id,
               CASE WHEN EXISTS (SELECT 1 FROM households_card c WHERE c.household_id = h.id
                                 AND (c.issued_at < %s OR c.valid_from IS NULL OR c.valid_from < %s))
                    THEN 1 ELSE 0 END AS has_card,
               COALESCE((SELECT MAX(d.occurred_on) FROM points_householdday d
                         WHERE d.household_id = h.id AND d.occurred_on >= %s AND d.occurred_on <= %s),
                        (SELECT MAX(d.occurred_on) FROM points_householdday d
                         WHERE d.household_id = h.id AND d.occurred_on <= %s)) AS last_on,
               (SELECT CASE WHEN SUM(d.correct_count) > 0 AND SUM(d.wrong_count) = 0 THEN 1
                            WHEN COUNT(*) > 0 THEN 0 END
                FROM points_householdday d
                WHERE d.household_id = h.id AND d.occurred_on >= %s AND d.occurred_on <= %s
                  AND (d.correct_count > 0 OR d.wrong_count > 0)) AS is_right
        FROM households_household h
        WHERE h.enrolled_on <= %s AND (h.left_on IS NULL OR h.left_on > %s)
    )
    SELECT r.community_id, COUNT(*), SUM(r.has_card), COUNT(r.last_on),
           COUNT(CASE WHEN r.last_on >= %s THEN 1 END), COUNT(CASE WHEN r.last_on >= %s THEN 1 END),
           COUNT(CASE WHEN r.is_right IS NOT NULL THEN 1
                      WHEN EXISTS (SELECT 1 FROM points_householdday d
                                   WHERE d.household_id = r.id AND d.occurred_on <= %s
                                     AND (d.correct_count > 0 OR d.wrong_count > 0)) THEN 1 END),
           COALESCE(SUM(r.is_right), 0)
    FROM reached r GROUP BY r.community_id"""
