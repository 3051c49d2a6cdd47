"""Searches bins for many cards in one hand: a run on one day, a group over a week."""

from collections.abc import Iterator
from itertools import groupby

from lib import dialect
from points.flags.finders.reading import CANDIDATES_MAX, ROW_SQL, Row, bag_sql, read_rows, span_params
from points.flags.finding import Finding, Span, figures_of, rows_kept, week_name
from points.flags.rules.swipes import find_swipe_groups, find_swipe_run
from points.flags.thresholds import (
    GROUP_CHAIN_HOUSEHOLDS_MAX,
    GROUP_DAYS_MIN,
    GROUP_GAP_S,
    RUN_GAP_S,
    RUN_HOUSEHOLDS_MIN,
)
from points.models.flags import FlagKind

# A guide who swipes for residents does it one after the other: that is the work.
_BY_THEMSELVES = "AND d.method <> 'GUIDE'"


def find_bin_swipe_runs(*, span: Span) -> Iterator[Finding]:
    """One finding a bin and day."""
    for bin_id, rows in _rows_by_bin(candidates=_run_candidates(), span=span):
        evidence = find_swipe_run(bags=[row.bag for row in rows])
        if evidence is not None:
            yield Finding(
                kind=FlagKind.SWIPE_RUN,
                subject=f"bin/{bin_id}",
                occasion=span.starts_on.isoformat(),
                community_id=rows[0].community_id,
                bin_id=bin_id,
                starts_on=span.starts_on,
                ends_on=span.ends_on,
                figures=figures_of(evidence),
                drop_off_ids=rows_kept(evidence.drop_off_ids),
            )


def find_bin_swipe_groups(*, span: Span) -> Iterator[Finding]:
    """One finding a bin, week and group; a group is named by its first household."""
    for bin_id, rows in _rows_by_bin(candidates=_group_candidates(), span=span):
        for evidence in find_swipe_groups(bags=[row.bag for row in rows]):
            figures = figures_of(evidence)
            figures["household_count"] = len(figures.pop("household_ids"))
            yield Finding(
                kind=FlagKind.SWIPE_GROUP,
                subject=f"bin/{bin_id}/household/{evidence.household_ids[0]}",
                occasion=week_name(span.starts_on),
                community_id=rows[0].community_id,
                bin_id=bin_id,
                starts_on=span.starts_on,
                ends_on=span.ends_on,
                figures=figures,
                drop_off_ids=rows_kept(evidence.drop_off_ids),
            )


def _rows_by_bin(*, candidates: str, span: Span) -> Iterator[tuple[int, list[Row]]]:
    rows = read_rows(
        statement=f"WITH {bag_sql(condition=_BY_THEMSELVES)}, {candidates} {ROW_SQL} {_JOIN}",
        params=span_params(span=span),
    )
    for bin_id, group in groupby(rows, key=lambda row: row.bag.bin_id):
        yield bin_id, list(group)


def _chains(*, gap_s: int) -> str:
    """`link AS (…)`: each bag with the number of its chain at its bin."""
    gap = dialect.seconds_between_sql(earlier_sql="LAG(occurred_at) OVER queue", later_sql="occurred_at")
    return f"""
    step AS (SELECT bin_id, household_id, occurred_at, occurred_on, id, {gap} AS gap_s
             FROM bag WINDOW queue AS (PARTITION BY bin_id ORDER BY occurred_at, id)),
    link AS (SELECT bin_id, household_id, occurred_on,
                    SUM(CASE WHEN gap_s <= {gap_s} THEN 0 ELSE 1 END)
                        OVER (PARTITION BY bin_id ORDER BY occurred_at, id) AS number
             FROM step)"""  # noqa: S608


def _run_candidates() -> str:
    return f"""{_chains(gap_s=RUN_GAP_S)},
    run AS (SELECT bin_id, COUNT(DISTINCT household_id) AS household_count FROM link GROUP BY bin_id, number
            HAVING COUNT(DISTINCT household_id) >= {RUN_HOUSEHOLDS_MIN}),
    candidate AS (SELECT bin_id FROM run GROUP BY bin_id
                  ORDER BY MAX(household_count) DESC, bin_id LIMIT {CANDIDATES_MAX})"""  # noqa: S608


def _group_candidates() -> str:
    return f"""{_chains(gap_s=GROUP_GAP_S)},
    company AS (SELECT bin_id, number, MIN(occurred_on) AS began_on FROM link GROUP BY bin_id, number
                HAVING COUNT(DISTINCT household_id) BETWEEN 2 AND {GROUP_CHAIN_HOUSEHOLDS_MAX}),
    member AS (SELECT DISTINCT l.bin_id, l.number, l.household_id, k.began_on
               FROM link l JOIN company k ON k.bin_id = l.bin_id AND k.number = l.number),
    pair AS (SELECT m.bin_id FROM member m
             JOIN member n ON n.bin_id = m.bin_id AND n.number = m.number AND n.household_id > m.household_id
             GROUP BY m.bin_id, m.household_id, n.household_id
             HAVING COUNT(DISTINCT m.began_on) >= {GROUP_DAYS_MIN}),
    candidate AS (SELECT bin_id FROM pair GROUP BY bin_id
                  ORDER BY COUNT(*) DESC, bin_id LIMIT {CANDIDATES_MAX})"""  # noqa: S608


_JOIN = "JOIN candidate c ON c.bin_id = g.bin_id ORDER BY g.bin_id"
