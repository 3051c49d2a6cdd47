"""Searches a week for households that brought one bag as many."""

from collections.abc import Iterator
from itertools import groupby

from lib import dialect
from points.flags.finders.reading import CANDIDATES_MAX, ROW_SQL, bag_sql, read_rows, span_params
from points.flags.finding import Finding, Span, figures_of, rows_kept, week_name
from points.flags.rules.splitting import find_splitting
from points.flags.thresholds import ONE_BAG_G_MAX, SPLIT_EXTRA_A_WEEK_MIN, VISIT_GAP_S
from points.models.flags import FlagKind
from points.models.programme import RuleUnit
from points.programmes import load_programme_book


def find_split_bags(*, span: Span) -> Iterator[Finding]:
    """One finding a household and category: only what is paid by the drop-off is worth splitting."""
    book = load_programme_book()
    codes = sorted(
        {
            code
            for rules in book.rules_by_programme_id.values()
            for code, rule in rules.by_code.items()
            if rule.unit == RuleUnit.DROP_OFF
        }
    )
    if not codes:
        return
    marks = ", ".join(["%s"] * len(codes))
    # What was imported without points gained nothing by being split.
    bags = bag_sql(
        condition=f"""AND (d.category IN ({marks}) OR d.sub_class IN ({marks}))
            AND EXISTS (SELECT 1 FROM sorting_dropoffbatch t WHERE t.id = d.batch_id AND t.is_awarding)"""  # noqa: S608
    )
    rows = read_rows(
        statement=f"WITH {bags}, {_CANDIDATES} {ROW_SQL} {_JOIN}".format(gap=_gap_sql()),
        params=[*span_params(span=span), *codes, *codes],
    )
    for (household_id, category), group in groupby(rows, key=lambda row: (row.bag.household_id, row.bag.category)):
        of_household = list(group)
        home_id = of_household[0].home_id
        days = {row.bag.occurred_on for row in of_household}
        evidence = find_splitting(
            bags=[row.bag for row in of_household],
            rules={on: book.day_rules(community_id=home_id, on=on) for on in days},
        )
        if evidence is not None:
            yield Finding(
                kind=FlagKind.SPLITTING,
                subject=f"household/{household_id}/{category}",
                occasion=week_name(span.starts_on),
                community_id=home_id,
                household_id=household_id,
                starts_on=span.starts_on,
                ends_on=span.ends_on,
                figures=figures_of(evidence) | {"category": category},
                drop_off_ids=rows_kept(evidence.drop_off_ids),
            )


def _gap_sql() -> str:
    return dialect.seconds_between_sql(earlier_sql="LAG(occurred_at) OVER visits", later_sql="occurred_at")


_CANDIDATES = f"""
    step AS (SELECT household_id, category, sub_class, point_id, weight_g, occurred_at, id, {{gap}} AS gap_s
             FROM bag WINDOW visits AS (PARTITION BY household_id, category, sub_class, point_id
                                        ORDER BY occurred_at, id)),
    visit AS (SELECT household_id, category, sub_class, point_id, weight_g,
                     SUM(CASE WHEN gap_s <= {VISIT_GAP_S} THEN 0 ELSE 1 END)
                         OVER (PARTITION BY household_id, category, sub_class, point_id
                               ORDER BY occurred_at, id) AS number
              FROM step),
    split AS (SELECT household_id, category, COUNT(*) AS bag_count
              FROM visit GROUP BY household_id, category, sub_class, point_id, number
              HAVING COUNT(*) >= 2 AND SUM(weight_g) <= {ONE_BAG_G_MAX}),
    candidate AS (SELECT household_id, category FROM split GROUP BY household_id, category
                  HAVING SUM(bag_count - 1) >= {SPLIT_EXTRA_A_WEEK_MIN}
                  ORDER BY SUM(bag_count - 1) DESC, household_id LIMIT {CANDIDATES_MAX})"""  # noqa: S608

_JOIN = """JOIN candidate c ON c.household_id = g.household_id AND c.category = g.category
           ORDER BY g.household_id, g.category"""
