"""CommunityDay against the drop-offs: one statement, so that both sides are of the same moment."""

from collections.abc import Iterator

from django.db import connection

from indicators.recount.differences import Difference, local_day
from indicators.recount.facts import FACTS_SQL

# Each field, and what it counts of the drop-offs.
_COUNTED = {
    "drop_off_count": "COUNT(*)",
    "weight_g": "SUM(weight_g)",
    "household_count": "COUNT(DISTINCT household_id)",
    "sampled_count": "SUM(CASE WHEN sampled <> '' THEN 1 ELSE 0 END)",
    "sampled_right_count": "SUM(CASE WHEN sampled = 'CORRECT' THEN 1 ELSE 0 END)",
}
FIELDS = tuple(_COUNTED)
_FETCH_ROWS = 2_000  # keeps the memory flat however much differs

# Every figure of a row is 0 or more, so -1 stands for "no such row". FULL JOIN needs a newer SQLite than some have.
_DIFFERENCES_SQL = f"""
    SELECT community_id, occurred_on, category,
           {", ".join(f"MAX(stored_{field})" for field in FIELDS)},
           {", ".join(f"MAX(counted_{field})" for field in FIELDS)}
    FROM (
        SELECT community_id, occurred_on, category,
               {", ".join(f"{field} AS stored_{field}" for field in FIELDS)},
               {", ".join(f"-1 AS counted_{field}" for field in FIELDS)}
        FROM indicators_communityday
        UNION ALL
        SELECT community_id, occurred_on, category, {", ".join("-1" for _ in FIELDS)}, {", ".join(_COUNTED.values())}
        FROM ({FACTS_SQL}) facts
        GROUP BY community_id, occurred_on, category
    ) sides
    GROUP BY community_id, occurred_on, category
    HAVING {" OR ".join(f"MAX(stored_{field}) <> MAX(counted_{field})" for field in FIELDS)}
    ORDER BY community_id, occurred_on, category"""  # noqa: S608


def community_day_differences() -> Iterator[Difference]:
    """Every CommunityDay that is not what its drop-offs come to."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_DIFFERENCES_SQL)
        while rows := cursor.fetchmany(_FETCH_ROWS):
            for community_id, occurred_on, category, *figures in rows:
                stored, recounted = tuple(map(int, figures[: len(FIELDS)])), tuple(map(int, figures[len(FIELDS) :]))
                yield Difference(
                    owner_id=community_id,
                    occurred_on=local_day(raw=occurred_on),
                    category=category,
                    stored=None if stored[0] == -1 else stored,
                    recounted=None if recounted[0] == -1 else recounted,
                )
