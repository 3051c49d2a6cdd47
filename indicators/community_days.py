"""Adds what newly counts to each community's day."""

from collections.abc import Sequence

from django.db import connection

from lib import dialect


def add_staged_arrivals() -> None:
    """Add `work_new` (sorting.services.arrivals) and the households of `work_part` (points.settlement) to the days.

    Rows are written in the order of their key, so that two runs cannot wait for each other in a circle.
    """
    dialect.execute(
        """INSERT INTO indicators_communityday AS t
               (community_id, occurred_on, category, drop_off_count, weight_g, household_count)
           SELECT community_id, occurred_on, category, COUNT(*), SUM(weight_g), 0
           FROM work_new WHERE is_arrival = 1
           GROUP BY community_id, occurred_on, category
           ORDER BY community_id, occurred_on, category
           ON CONFLICT (community_id, occurred_on, category) DO UPDATE
           SET drop_off_count = t.drop_off_count + excluded.drop_off_count,
               weight_g = t.weight_g + excluded.weight_g"""
    )
    # A household counts once a day, community and category: when everything it has there is new.
    dialect.execute(
        """UPDATE indicators_communityday SET household_count = household_count + fresh.fresh_count
           FROM (SELECT community_id, occurred_on, category, COUNT(*) AS fresh_count
                 FROM (SELECT household_id, community_id, occurred_on, category FROM work_part
                       GROUP BY household_id, community_id, occurred_on, category HAVING MIN(is_all_new) = 1) whole
                 GROUP BY community_id, occurred_on, category) fresh
           WHERE fresh.community_id = indicators_communityday.community_id
             AND fresh.occurred_on = indicators_communityday.occurred_on
             AND fresh.category = indicators_communityday.category"""
    )


def count_samples(*, batch_ids: Sequence[int]) -> None:
    """Count the random sample anew on the days that verdicts of these batches, or of what is in `work_new`, touch.

    The last tallied verdict from the sample holds of a drop-off; withdrawn, from wherever, it has none.
    """
    touched = dialect.fetch(_JUDGED_DAYS.format(batch_ids=",".join(str(int(each)) for each in batch_ids) or "NULL"))
    if not touched:
        return
    dialect.work_table(name="work_sampled_day", columns="community_id bigint, occurred_on date, category varchar(12)")
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO work_sampled_day VALUES (%s, %s, %s)", touched)
    dialect.analyze("work_sampled_day")
    dialect.execute(_COUNT_SAMPLES)


# A verdict may be tallied before its drop-off is: then it comes with the arrival. Arrivals are neighbours by number.
_JUDGED_DAYS = """
    SELECT DISTINCT d.community_id, d.occurred_on, d.category
    FROM sorting_verification v JOIN sorting_dropoff d ON d.id = v.drop_off_id
    WHERE v.batch_id IN ({batch_ids})
    UNION
    SELECT n.community_id, n.occurred_on, n.category
    FROM sorting_verification v JOIN work_new n ON n.drop_off_id = v.drop_off_id AND n.is_arrival = 1
    WHERE v.drop_off_id >= (SELECT MIN(drop_off_id) FROM work_new WHERE is_arrival = 1)
      AND v.drop_off_id <= (SELECT MAX(drop_off_id) FROM work_new WHERE is_arrival = 1)"""

_COUNT_SAMPLES = """
    UPDATE indicators_communityday SET sampled_count = counted.judged, sampled_right_count = counted.right_ones
    FROM (SELECT k.community_id, k.occurred_on, k.category, COUNT(v.id) AS judged,
                 COALESCE(SUM(CASE WHEN v.verdict = 'CORRECT' THEN 1 ELSE 0 END), 0) AS right_ones
          FROM work_sampled_day k
          LEFT JOIN sorting_dropoff d
            ON d.community_id = k.community_id AND d.occurred_on = k.occurred_on AND d.category = k.category
           AND EXISTS (SELECT 1 FROM sorting_dropoffbatch b WHERE b.id = d.batch_id AND b.tallied_at IS NOT NULL)
           AND NOT EXISTS (SELECT 1 FROM sorting_setaside s WHERE s.drop_off_id = d.id)
          LEFT JOIN sorting_verification v
            ON v.drop_off_id = d.id AND v.verdict <> 'WITHDRAWN'
           AND v.id = (SELECT MAX(w.id) FROM sorting_verification w
                       JOIN sorting_dropoffbatch b ON b.id = w.batch_id AND b.tallied_at IS NOT NULL
                       WHERE w.drop_off_id = d.id AND (w.source = 'RANDOM_SAMPLE' OR w.verdict = 'WITHDRAWN'))
          GROUP BY k.community_id, k.occurred_on, k.category) counted
    WHERE counted.community_id = indicators_communityday.community_id
      AND counted.occurred_on = indicators_communityday.occurred_on
      AND counted.category = indicators_communityday.category"""
