"""What a household's first screen shows of its surroundings: its point, that point's bins, its community's standing,
and whether the bureau's survey waits for its answer.

It is read beside the household's points, in the same statement: a slow line waits for every query.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from households.models import Household
from indicators.catalogue import COMPUTED, Computed
from indicators.formulas import Figure, rate_figure
from lib import dialect
from points.queries.first_screen import Beside
from sorting.alert_rules import OFFLINE_AFTER
from sorting.open_windows import OpeningHours
from sorting.queries.opening_hours import hours_of_rows


@dataclass(frozen=True, slots=True)
class Standing:
    """A community's standing as it was counted last; each figure beside the indicator that says its target."""

    counted_at: dt.datetime
    ends_on: dt.date
    figures: tuple[tuple[Computed, Figure], ...]
    participating_count: int


@dataclass(frozen=True, slots=True)
class NearHome:
    """The point where the household dropped off last, else the community's first by name; "" where it has none.

    `bins`: of each bin its categories and how full each is, as far as it said lately. `survey_name`: of the round that
    is open and that the household has not answered, else "".
    """

    point_name: str
    hours: OpeningHours
    bins: tuple[tuple[tuple[str, ...], Mapping[str, float]], ...]
    standing: Standing | None
    survey_name: str


def near_home_statement(*, household: Household, first_on: dt.date, last_on: dt.date, now: dt.datetime) -> Beside:
    """The statement of one row; special opening hours of these days, both included; `first_on` is today.

    What a bin said before it went silent (sorting.alert_rules.OFFLINE_AFTER) is not known to be so any more.
    """
    community_id, today = household.community_id, dialect.adapt(value=first_on)
    return Beside(
        sql=_NEAR_HOME.format_map(dialect.words()),
        params=(
            *(today, dialect.adapt(value=last_on)),
            dialect.adapt(value=now - OFFLINE_AFTER),
            *(today, household.pk),
            *(community_id, household.pk, community_id),
        ),
    )


def near_home_of_row(*, row: Sequence[Any]) -> NearHome:
    """What the statement's row says."""
    name, usual, special, bins, survey_name, *standing = row
    return NearHome(
        point_name=name or "",
        hours=hours_of_rows(usual=sorted(_rows(usual)), special=_rows(special)),
        bins=tuple((tuple(categories.split(";")), _object(rates)) for categories, rates in _rows(bins)),
        standing=_standing(row=standing) if standing[0] is not None else None,
        survey_name=survey_name or "",
    )


def _standing(*, row: Sequence[Any]) -> Standing:
    counted_at, ends_on, participating_count, enrolled_count, right_count, judged_count, *weights_g = row
    recovered_load_g, load_g, recovered_drop_off_g, drop_off_g = (weight_g or 0 for weight_g in weights_g)
    return Standing(
        counted_at=dialect.moment(value=counted_at),
        ends_on=ends_on if isinstance(ends_on, dt.date) else dt.date.fromisoformat(ends_on),
        figures=(
            _figure("participation_rate", None, participating_count, enrolled_count),
            _figure("recovery_rate", "weighed", recovered_load_g, load_g),
            _figure("recovery_rate", "bin_side", recovered_drop_off_g, drop_off_g),
            _figure("sorting_accuracy_rate", "random_sample", right_count, judged_count),
        ),
        participating_count=participating_count,
    )


def _figure(code: str, measure: str | None, numerator: int, denominator: int) -> tuple[Computed, Figure]:
    computed = next(each for each in COMPUTED if (each.code, each.measure) == (code, measure))
    return computed, rate_figure(numerator=numerator, denominator=denominator, sample_count=denominator)


def _rows(text: str | None) -> list[Any]:
    return json.loads(text) if text else []


def _object(rates: Any) -> Mapping[str, float]:
    """A JSON column within JSON: an object on PostgreSQL, its text on SQLite, null where the bin never said."""
    return (json.loads(rates) if isinstance(rates, str) else rates) or {}


# One row also where the community has no point or was never counted.
_NEAR_HOME = """
SELECT point.name,
  CAST((SELECT {json_rows}({json_array}(starts_at, ends_at))
        FROM sorting_openwindow WHERE point_id = point.id) AS TEXT),
  CAST((SELECT {json_rows}({json_array}(on_date, starts_at, ends_at))
        FROM sorting_specialday WHERE point_id = point.id AND on_date BETWEEN %s AND %s) AS TEXT),
  CAST((SELECT {json_rows}({json_array}(bin.categories, bin.fill_rates))
        FROM (SELECT b.categories, CASE WHEN s.received_at >= %s THEN s.fill_rates END AS fill_rates
              FROM sorting_smartbin b LEFT JOIN sorting_binstatus s ON s.bin_id = b.id
              WHERE b.point_id = point.id AND b.revoked_at IS NULL ORDER BY b.code) bin) AS TEXT),
  (SELECT r.name FROM indicators_surveyround r
   WHERE %s BETWEEN r.starts_on AND r.ends_on
     AND NOT EXISTS (SELECT 1 FROM indicators_surveyanswer a WHERE a.round_id = r.id AND a.household_id = %s)
   ORDER BY r.id LIMIT 1),
  standing.counted_at, standing.ends_on, standing.participating_count, standing.enrolled_count, standing.right_count,
  standing.judged_count, standing.recovered_load_g, standing.load_g, standing.recovered_drop_off_g, standing.drop_off_g
FROM (SELECT 1 AS one) one
LEFT JOIN (
  SELECT p.id, p.name FROM sorting_collectionpoint p
  WHERE p.community_id = %s
  ORDER BY CASE WHEN p.id = (SELECT b.point_id FROM sorting_dropoff d JOIN sorting_smartbin b ON b.id = d.bin_id
                             WHERE d.household_id = %s ORDER BY d.occurred_on DESC, d.occurred_at DESC LIMIT 1)
                THEN 0 ELSE 1 END, p.name
  LIMIT 1) point ON true
LEFT JOIN indicators_communitystanding standing ON standing.community_id = %s"""
