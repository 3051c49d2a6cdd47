"""Adds what newly counts to each community's day."""

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
