"""Drop-offs of a span as a common table expression called `bag`, and as plain values."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from lib import dialect
from points.flags.finding import Span
from points.flags.rules.bags import Bag
from points.flags.thresholds import FINDINGS_A_UNIT_MAX

CANDIDATES_MAX = FINDINGS_A_UNIT_MAX + 1


@dataclass(frozen=True, slots=True)
class Row:
    """A bag with the community of its bin and the home community of its household."""

    bag: Bag
    community_id: int
    home_id: int


def bag_sql(*, condition: str = "") -> str:
    """`bag AS (…)`: a span's drop-offs of known households. Takes the span's two days as parameters, in front."""
    return f"""bag AS MATERIALIZED (
        SELECT d.id, COALESCE(d.household_id, a.household_id) AS household_id, d.bin_id, b.point_id, d.card_key,
               d.category, d.sub_class, d.weight_g, d.occurred_at, d.occurred_on, d.is_in_window, d.community_id
        FROM sorting_dropoff d
        JOIN sorting_smartbin b ON b.id = d.bin_id
        LEFT JOIN sorting_attribution a ON a.drop_off_id = d.id
        WHERE d.occurred_on BETWEEN %s AND %s AND COALESCE(d.household_id, a.household_id) IS NOT NULL {condition})"""  # noqa: S608


# The rows of candidates, as read_rows expects them; `candidate` is joined by the caller.
ROW_SQL = """SELECT g.id, g.household_id, g.bin_id, g.point_id, g.card_key, g.category, g.sub_class, g.weight_g,
           g.occurred_at, g.occurred_on, g.is_in_window, g.community_id, h.community_id
    FROM bag g JOIN households_household h ON h.id = g.household_id"""


def read_rows(*, statement: str, params: Sequence[Any]) -> list[Row]:
    """Run a statement that ends in ROW_SQL."""
    return [_row(values) for values in dialect.fetch(statement, list(params))]


def span_params(*, span: Span) -> list[Any]:
    """The two days, as the driver takes them."""
    return [dialect.adapt(value=span.starts_on), dialect.adapt(value=span.ends_on)]


def span_moments(*, span: Span) -> list[Any]:
    """The local midnights at which the span begins and has ended, as the driver takes them."""
    return [
        dialect.adapt(value=timezone.make_aware(dt.datetime.combine(on, dt.time.min)))
        for on in (span.starts_on, span.ends_on + dt.timedelta(days=1))
    ]


def day(value: dt.date | str) -> dt.date:
    """A stored day as a query of ours brings it."""
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)


def _row(values: tuple[Any, ...]) -> Row:
    *ids, card_key, category, sub_class, weight_g, occurred_at, occurred_on, is_in_window, community_id, home_id = (
        values
    )
    drop_off_id, household_id, bin_id, point_id = ids
    bag = Bag(
        drop_off_id=drop_off_id,
        household_id=household_id,
        bin_id=bin_id,
        point_id=point_id,
        card_key=card_key,
        category=category,
        sub_class=sub_class,
        weight_g=weight_g,
        occurred_at=dialect.moment(value=occurred_at),
        occurred_on=day(occurred_on),
        is_in_window=bool(is_in_window),
    )
    return Row(bag=bag, community_id=community_id, home_id=home_id)
