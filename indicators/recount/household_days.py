"""HouseholdDay against the drop-offs, points included: rated by points.rules, one row at a time.

One statement brings the stored rows and the facts sorted by their day, so that both sides are of the same moment and
the memory stays flat: a million drop-offs are read through a cursor and never held.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from indicators.recount.differences import Difference, local_day
from indicators.recount.facts import FACTS_SQL
from points.programmes import ProgrammeBook, load_programme_book
from points.rules import REFUTED, DayFact, DayRules, category_points

FIELDS = ("drop_off_count", "weight_g", "points", "correct_count", "wrong_count")
_FETCH_ROWS = 5_000
_NO_COMMUNITY = 0  # of a household that is gone: only the district's programme can hold

_DAYS_SQL = f"""
    SELECT household_id, occurred_on, category, 1 AS is_stored, weight_g,
           drop_off_count, points, 0 AS is_in_window, '' AS verdict, {_NO_COMMUNITY} AS home_id, '' AS sub_class,
           correct_count, wrong_count
    FROM points_householdday
    UNION ALL
    SELECT f.household_id, f.occurred_on, f.category, 0, f.weight_g,
           1, CASE WHEN f.is_awarding THEN 1 ELSE 0 END, CASE WHEN f.is_in_window THEN 1 ELSE 0 END, f.verdict,
           COALESCE(home.community_id, {_NO_COMMUNITY}), f.sub_class,
           CASE WHEN f.verdict = 'CORRECT' THEN 1 ELSE 0 END,
           CASE WHEN f.verdict IN ('CONTAMINATED', 'MISPLACED') THEN 1 ELSE 0 END
    FROM ({FACTS_SQL}) f
    LEFT JOIN households_household home ON home.id = f.household_id
    WHERE f.household_id IS NOT NULL
    ORDER BY 1, 2, 3"""  # noqa: S608

# The columns of _DAYS_SQL behind the key (household, day, category); of a fact, POINTS says whether it may earn.
(
    _IS_STORED, _WEIGHT_G, _COUNT, _POINTS, _IS_IN_WINDOW, _VERDICT, _HOME_ID, _SUB_CLASS, _CORRECT, _WRONG
) = range(3, 13)  # fmt: skip


def household_day_differences() -> Iterator[Difference]:
    """Every HouseholdDay that is not what its drop-offs come to."""
    rating = _Rating(book=load_programme_book())
    with connection.chunked_cursor() as cursor:
        cursor.execute(_DAYS_SQL)
        for key, group in itertools.groupby(_rows(cursor=cursor), key=lambda row: row[:3]):
            household_id, raw_day, category = key
            stored, facts = _both_sides(rows=group)
            recounted = _recounted(facts=facts, rating=rating, occurred_on=raw_day, category=category)
            if stored != recounted:
                yield Difference(
                    owner_id=household_id,
                    occurred_on=local_day(raw=raw_day),
                    category=category,
                    stored=stored,
                    recounted=recounted,
                )


class _Rating:
    """The rules of each (community, day), looked up once."""

    def __init__(self, *, book: ProgrammeBook) -> None:
        self._book = book
        self._rules: dict[tuple[int, Any], DayRules] = {}

    def rules(self, *, community_id: int, raw_day: Any) -> DayRules:
        """The rules that hold."""
        key = (community_id, raw_day)
        if key not in self._rules:
            self._rules[key] = self._book.day_rules(community_id=community_id, on=local_day(raw=raw_day))
        return self._rules[key]


def _rows(*, cursor: Any) -> Iterator[tuple[Any, ...]]:
    while rows := cursor.fetchmany(_FETCH_ROWS):
        yield from rows


def _both_sides(*, rows: Iterator[tuple[Any, ...]]) -> tuple[tuple[int, ...] | None, list[tuple[Any, ...]]]:
    stored: tuple[int, ...] | None = None
    facts = []
    for row in rows:
        if row[_IS_STORED]:
            stored = (row[_COUNT], row[_WEIGHT_G], row[_POINTS], row[_CORRECT], row[_WRONG])
        else:
            facts.append(row)
    return stored, facts


def _recounted(
    *, facts: Sequence[tuple[Any, ...]], rating: _Rating, occurred_on: Any, category: str
) -> tuple[int, ...] | None:
    if not facts:
        return None
    rules = rating.rules(community_id=facts[0][_HOME_ID], raw_day=occurred_on)
    standing = [
        DayFact(
            category=category,
            sub_class=row[_SUB_CLASS],
            weight_g=row[_WEIGHT_G],
            is_in_window=bool(row[_IS_IN_WINDOW]),
        )
        for row in facts
        if row[_POINTS] and row[_VERDICT] not in REFUTED
    ]
    points = category_points(rules=rules, category=category, facts=standing)
    return (
        len(facts),
        sum(row[_WEIGHT_G] for row in facts),
        points,
        sum(row[_CORRECT] for row in facts),
        sum(row[_WRONG] for row in facts),
    )
