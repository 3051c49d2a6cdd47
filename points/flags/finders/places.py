"""Searches a day for cards that were at two points sooner than anybody gets there."""

from collections.abc import Iterator
from itertools import groupby
from statistics import fmean

from lib import dialect
from points.flags.finders.reading import CANDIDATES_MAX, ROW_SQL, bag_sql, read_rows, span_params
from points.flags.finding import Finding, Span, figures_of, rows_kept
from points.flags.rules.places import Spot, find_two_places, spot_of
from points.flags.thresholds import CLOCK_TOLERANCE_S, TRAVEL_M_A_S_MAX, TWO_PLACES_GAP_S_MAX, UNKNOWN_PLACES_GAP_S
from points.models.flags import FlagKind
from sorting.models import CollectionPoint


def find_cards_at_two_places(*, span: Span) -> Iterator[Finding]:
    """One finding a household and card. A typed code or a fingerprint may be anybody's of the household, anywhere."""
    spots = read_spots()
    rows = read_rows(
        statement=f"WITH {bag_sql(condition=_CARDS)}, {_spot_sql(spots=spots)}, {_candidates()} {ROW_SQL} {_JOIN}",
        params=span_params(span=span),
    )
    for (household_id, card_key), group in groupby(rows, key=lambda row: (row.bag.household_id, row.bag.card_key)):
        of_card = list(group)
        evidence = find_two_places(bags=[row.bag for row in of_card], spots=spots)
        if evidence is not None:
            yield Finding(
                kind=FlagKind.TWO_PLACES,
                subject=f"household/{household_id}/card/{card_key[-4:]}",
                occasion=span.starts_on.isoformat(),
                community_id=of_card[0].home_id,
                household_id=household_id,
                starts_on=span.starts_on,
                ends_on=span.ends_on,
                figures=figures_of(evidence),
                drop_off_ids=rows_kept(evidence.drop_off_ids),
            )


def read_spots() -> dict[int, Spot]:
    """Every point whose coordinates are known, on one flat map."""
    rows = CollectionPoint.objects.values_list("pk", "latitude", "longitude")
    known = [
        (point_id, latitude, longitude)
        for point_id, latitude, longitude in rows
        if latitude is not None and longitude is not None
    ]
    if not known:
        return {}
    middle = fmean(latitude for _, latitude, _ in known)
    return {
        point_id: spot_of(latitude=latitude, longitude=longitude, middle_latitude=middle)
        for point_id, latitude, longitude in known
    }


def _spot_sql(*, spots: dict[int, Spot]) -> str:
    """`spot AS (…)`: the map as a table; numbers of ours, written out."""
    rows = [f"({point_id:d}, {spot.x_m!r}, {spot.y_m!r})" for point_id, spot in spots.items()]
    return f"spot (point_id, x_m, y_m) AS (VALUES {', '.join(rows or ['(0, 0.0, 0.0)'])})"


def _candidates() -> str:
    gap = dialect.seconds_between_sql(earlier_sql="LAG(occurred_at) OVER card", later_sql="occurred_at")
    reach = f"((leg.gap_s + {CLOCK_TOLERANCE_S}) * {TRAVEL_M_A_S_MAX})"
    apart = "((one.x_m - other.x_m) * (one.x_m - other.x_m) + (one.y_m - other.y_m) * (one.y_m - other.y_m))"
    return f"""
    leg AS (SELECT household_id, card_key, point_id, LAG(point_id) OVER card AS before_id, {gap} AS gap_s
            FROM bag WINDOW card AS (PARTITION BY household_id, card_key ORDER BY occurred_at, id)),
    candidate AS (
        SELECT leg.household_id, leg.card_key
        FROM leg LEFT JOIN spot one ON one.point_id = leg.before_id
        LEFT JOIN spot other ON other.point_id = leg.point_id
        WHERE leg.before_id <> leg.point_id AND leg.gap_s <= {TWO_PLACES_GAP_S_MAX}
          AND CASE WHEN one.x_m IS NULL OR other.x_m IS NULL THEN leg.gap_s <= {UNKNOWN_PLACES_GAP_S}
                   ELSE {apart} > {reach} * {reach} END
        GROUP BY leg.household_id, leg.card_key
        ORDER BY COUNT(*) DESC, leg.household_id LIMIT {CANDIDATES_MAX})"""  # noqa: S608


_CARDS = "AND d.card_key <> '' AND d.method IN ('CARD', 'QR')"
_JOIN = """JOIN candidate c ON c.household_id = g.household_id AND c.card_key = g.card_key
           ORDER BY g.household_id, g.card_key"""
