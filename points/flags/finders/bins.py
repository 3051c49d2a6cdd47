"""Searches a day for impossible weights, and for a bin's key that two machines use."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from lib import dialect
from points.flags.finders.reading import CANDIDATES_MAX, span_moments, span_params
from points.flags.finding import Finding, Span, figures_of, rows_kept
from points.flags.rules.guides import boot_returns, is_two_machines
from points.flags.rules.weights import find_full_bin, find_heavy_bag
from points.flags.thresholds import (
    BAG_G_MAX,
    BOOT_RETURNS_MIN,
    CONTAINER_L_ASSUMED,
    DENSITY_G_A_L_MAX,
    EMPTYINGS_A_DAY_MAX,
    EVIDENCE_ROWS_MAX,
)
from points.models.flags import FlagKind


def find_heavy_bags(*, span: Span) -> Iterator[Finding]:
    """One finding a bin, container and household (or nobody known): its heaviest bag of the day."""
    rows = dialect.fetch(_HEAVY_BAGS.format(**dialect.words()), span_params(span=span))
    for (bin_id, category, household_id), group in groupby(rows, key=itemgetter(0, 1, 2)):
        bags = list(group)
        weight_g, capacity_l, community_id, home_id = bags[0][3:7]
        evidence = find_heavy_bag(category=category, weight_g=weight_g, capacity_l=capacity_l)
        if evidence is not None:
            yield Finding(
                kind=FlagKind.HEAVY_BAG,
                subject=f"bin/{bin_id}/{category}/household/{household_id or 0}",
                occasion=span.starts_on.isoformat(),
                community_id=home_id or community_id,
                household_id=household_id,
                bin_id=bin_id,
                starts_on=span.starts_on,
                ends_on=span.ends_on,
                figures=figures_of(evidence) | {"category": category, "bag_count": len(bags), "capacity_l": capacity_l},
                drop_off_ids=rows_kept([row[-1] for row in bags]),
            )


def find_full_bins(*, span: Span) -> Iterator[Finding]:
    """One finding a container and day, with its heaviest bags."""
    rows = dialect.fetch(_FULL_BINS, span_params(span=span))
    for (bin_id, category), group in groupby(rows, key=itemgetter(0, 1)):
        bags = list(group)
        weight_g, bag_count, capacity_l, community_id = bags[0][2:6]
        evidence = find_full_bin(category=category, weight_g=weight_g, capacity_l=capacity_l)
        if evidence is not None:
            yield Finding(
                kind=FlagKind.FULL_BIN,
                subject=f"bin/{bin_id}/{category}",
                occasion=span.starts_on.isoformat(),
                community_id=community_id,
                bin_id=bin_id,
                starts_on=span.starts_on,
                ends_on=span.ends_on,
                figures=figures_of(evidence) | {"category": category, "bag_count": bag_count, "capacity_l": capacity_l},
                drop_off_ids=rows_kept([row[-1] for row in bags]),
            )


def find_two_machines(*, span: Span) -> Iterator[Finding]:
    """One finding a bin and day of arrival: its batches go back and forth between runs (boot ids)."""
    rows = dialect.fetch(_BOOTS, span_moments(span=span))
    for (bin_id, community_id), group in groupby(rows, key=itemgetter(0, 1)):
        boot_ids = [boot_id for *_, boot_id in group]
        if is_two_machines(boot_ids=boot_ids):
            yield Finding(
                kind=FlagKind.TWO_MACHINES,
                subject=f"bin/{bin_id}",
                occasion=span.starts_on.isoformat(),
                community_id=community_id,
                bin_id=bin_id,
                starts_on=span.starts_on,
                ends_on=span.ends_on,
                figures={"return_count": boot_returns(boot_ids=boot_ids), "run_count": len(set(boot_ids))},
            )


_CONTAINER_G_MAX = f"""COALESCE(b.capacity_l, {CONTAINER_L_ASSUMED}) * CASE d.category {
    " ".join(f"WHEN '{category}' THEN {density}" for category, density in DENSITY_G_A_L_MAX.items())
} END"""

_HEAVY_BAGS = f"""
    SELECT d.bin_id, d.category, COALESCE(d.household_id, a.household_id) AS household_id, d.weight_g, b.capacity_l,
           d.community_id, h.community_id, d.id
    FROM sorting_dropoff d
    JOIN sorting_smartbin b ON b.id = d.bin_id
    LEFT JOIN sorting_attribution a ON a.drop_off_id = d.id
    LEFT JOIN households_household h ON h.id = COALESCE(d.household_id, a.household_id)
    WHERE d.occurred_on BETWEEN %s AND %s AND d.weight_g > {{least}}({BAG_G_MAX}, {_CONTAINER_G_MAX})
    ORDER BY d.bin_id, d.category, household_id, d.weight_g DESC, d.id LIMIT {CANDIDATES_MAX * 10}"""  # noqa: S608

_FULL_BINS = f"""
    WITH bag AS (SELECT bin_id, community_id, category, weight_g, id FROM sorting_dropoff
                 WHERE occurred_on BETWEEN %s AND %s),
    candidate AS (SELECT d.bin_id, d.category, SUM(d.weight_g) AS weight_g, COUNT(*) AS bag_count, b.capacity_l
                  FROM bag d JOIN sorting_smartbin b ON b.id = d.bin_id
                  GROUP BY d.bin_id, d.category, b.capacity_l
                  HAVING SUM(d.weight_g) > {EMPTYINGS_A_DAY_MAX} * {_CONTAINER_G_MAX}
                  ORDER BY SUM(d.weight_g) DESC, d.bin_id LIMIT {CANDIDATES_MAX}),
    ranked AS (SELECT d.bin_id, d.category, d.community_id, d.id,
                      ROW_NUMBER() OVER (PARTITION BY d.bin_id, d.category ORDER BY d.weight_g DESC, d.id) AS place
               FROM bag d JOIN candidate c ON c.bin_id = d.bin_id AND c.category = d.category)
    SELECT r.bin_id, r.category, c.weight_g, c.bag_count, c.capacity_l, r.community_id, r.id
    FROM ranked r JOIN candidate c ON c.bin_id = r.bin_id AND c.category = r.category
    WHERE r.place <= {EVIDENCE_ROWS_MAX} ORDER BY r.bin_id, r.category, r.place"""  # noqa: S608

# Only the batches at which the run changes: they say all, and are few whatever a bin sends.
_BOOTS = f"""
    WITH batch AS (SELECT bin_id, community_id, boot_id, received_at, id,
                          LAG(boot_id) OVER (PARTITION BY bin_id ORDER BY received_at, id) AS before_id
                   FROM sorting_dropoffbatch
                   WHERE received_at >= %s AND received_at < %s AND bin_id IS NOT NULL AND boot_id <> ''
                     AND kind = 'DROP_OFFS' AND door IN ('HTTP', 'MQTT')),
    change AS (SELECT * FROM batch WHERE before_id IS NULL OR before_id <> boot_id),
    candidate AS (SELECT bin_id FROM change GROUP BY bin_id HAVING COUNT(*) >= {BOOT_RETURNS_MIN + 2}
                  ORDER BY COUNT(*) DESC, bin_id LIMIT {CANDIDATES_MAX})
    SELECT c.bin_id, c.community_id, c.boot_id FROM change c JOIN candidate k ON k.bin_id = c.bin_id
    ORDER BY c.bin_id, c.community_id, c.received_at, c.id"""  # noqa: S608
