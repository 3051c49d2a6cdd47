"""CommunityDay against the drop-offs: one statement, so that both sides are of the same moment."""

from collections.abc import Iterator

from django.db import connection

from indicators.recount.differences import Difference, local_day
from indicators.recount.facts import FACTS_SQL

FIELDS = ("drop_off_count", "weight_g", "household_count")
_FETCH_ROWS = 2_000  # keeps the memory flat however much differs

# Every figure of a row is 0 or more, so -1 stands for "no such row". FULL JOIN needs a newer SQLite than some have.
_DIFFERENCES_SQL = f"""
    SELECT community_id, occurred_on, category,
           MAX(stored_count), MAX(stored_g), MAX(stored_households),
           MAX(counted), MAX(counted_g), MAX(counted_households)
    FROM (
        SELECT community_id, occurred_on, category,
               drop_off_count AS stored_count, weight_g AS stored_g, household_count AS stored_households,
               -1 AS counted, -1 AS counted_g, -1 AS counted_households
        FROM indicators_communityday
        UNION ALL
        SELECT community_id, occurred_on, category, -1, -1, -1,
               COUNT(*), SUM(weight_g), COUNT(DISTINCT household_id)
        FROM ({FACTS_SQL}) facts
        GROUP BY community_id, occurred_on, category
    ) sides
    GROUP BY community_id, occurred_on, category
    HAVING MAX(stored_count) <> MAX(counted) OR MAX(stored_g) <> MAX(counted_g)
        OR MAX(stored_households) <> MAX(counted_households)
    ORDER BY community_id, occurred_on, category"""  # noqa: S608


def community_day_differences() -> Iterator[Difference]:
    """Every CommunityDay that is not what its drop-offs come to."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_DIFFERENCES_SQL)
        while rows := cursor.fetchmany(_FETCH_ROWS):
            for community_id, occurred_on, category, *figures in rows:
                stored, recounted = tuple(map(int, figures[:3])), tuple(map(int, figures[3:]))
                yield Difference(
                    owner_id=community_id,
                    occurred_on=local_day(raw=occurred_on),
                    category=category,
                    stored=None if stored[0] == -1 else stored,
                    recounted=None if recounted[0] == -1 else recounted,
                )
