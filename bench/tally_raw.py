"""The raw limit of bench tally: the same effects as PostgreSQL alone can have them, the contract's rules inlined.

It knows nothing of programmes, verdicts, attributions, releases or rows set aside, and counts no attempts.
"""

from django.db import connection, transaction

from points.ledger import SEAL_LOCK_KEY
from worker.tally import ROWS_A_RUN_MAX


def tally_next() -> int:
    """Claim the oldest community's next batches up to 20,000 rows and tally them; -1 when nothing is left."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_NEXT, {"rows": ROWS_A_RUN_MAX})
        batch_ids = [row[0] for row in cursor.fetchall()]
        if not batch_ids:
            return -1
        cursor.execute("SELECT nextval(pg_get_serial_sequence('points_tallyrun', 'id'))")
        run_id = cursor.fetchone()[0]
        cursor.execute("SELECT id FROM points_programme")
        values = {"ids": batch_ids, "run": run_id, "seal": SEAL_LOCK_KEY, "programme": cursor.fetchone()[0]}
        cursor.execute(_MARK, values)
        cursor.execute(_LOCK, values)
        cursor.execute(_TOUCHED, values)
        cursor.execute("ANALYZE touched")
        cursor.execute(_TALLY, values)
        rows = int(cursor.fetchone()[0])
        cursor.execute("SELECT pg_advisory_xact_lock(%(seal)s)", values)
        cursor.execute(_SEAL, values)
    return rows


_NEXT = """
SELECT id FROM (SELECT id, sum(event_count) OVER (ORDER BY id) AS so_far FROM sorting_dropoffbatch
                WHERE tallied_at IS NULL AND community_id =
                    (SELECT community_id FROM sorting_dropoffbatch WHERE tallied_at IS NULL ORDER BY id LIMIT 1)) b
WHERE so_far <= %(rows)s ORDER BY id"""

_MARK = """
UPDATE sorting_dropoffbatch SET tallied_at = now(), tally_run_id = %(run)s
WHERE id IN (SELECT id FROM sorting_dropoffbatch WHERE id = ANY(%(ids)s) AND tallied_at IS NULL
             ORDER BY id FOR UPDATE SKIP LOCKED)"""

_LOCK = """
SELECT id FROM points_account
WHERE household_id IN (SELECT household_id FROM sorting_dropoff WHERE batch_id = ANY(%(ids)s))
ORDER BY id FOR UPDATE"""

# A CTE has no statistics: without this table and its ANALYZE the planner joins the drop-offs by nested loops.
_TOUCHED = """
CREATE TEMP TABLE touched ON COMMIT DROP AS
SELECT DISTINCT household_id, occurred_on FROM sorting_dropoff
WHERE batch_id = ANY(%(ids)s) AND household_id IS NOT NULL"""

_TALLY = """
WITH fresh AS MATERIALIZED (
    SELECT id, household_id, occurred_on, community_id, category, weight_g
    FROM sorting_dropoff WHERE batch_id = ANY(%(ids)s)),
part AS MATERIALIZED (
    SELECT d.household_id, d.occurred_on, d.category, d.community_id, count(*) AS n, sum(d.weight_g) AS g,
           bool_and(b.tally_run_id = %(run)s) AS is_all_new,
           count(*) FILTER (WHERE d.weight_g >= 200 AND d.is_in_window) AS n_in,
           count(*) FILTER (WHERE d.weight_g >= 200 AND NOT d.is_in_window) AS n_out,
           coalesce(sum(d.weight_g * 50 / 1000) FILTER (WHERE d.weight_g >= 50), 0) AS kg
    FROM touched t JOIN sorting_dropoff d USING (household_id, occurred_on)
    JOIN sorting_dropoffbatch b ON b.id = d.batch_id AND b.tallied_at IS NOT NULL
    GROUP BY 1, 2, 3, 4),
day AS MATERIALIZED (
    SELECT household_id, occurred_on, category, sum(n) AS n, sum(g) AS g,
           CASE category
               WHEN 'FOOD' THEN least(sum(n_in), 2) * 10 + least(sum(n_out), 2 - least(sum(n_in), 2)) * 5
               WHEN 'RECYCLABLE' THEN least(sum(kg), 500)
               WHEN 'HAZARDOUS' THEN 20 ELSE 0 END AS points
    FROM part GROUP BY 1, 2, 3),
household_days AS (
    INSERT INTO points_householdday (household_id, occurred_on, category, drop_off_count, weight_g, points)
    SELECT * FROM day
    ON CONFLICT (household_id, occurred_on, category) DO UPDATE
    SET drop_off_count = excluded.drop_off_count, weight_g = excluded.weight_g, points = excluded.points),
community_days AS (
    INSERT INTO indicators_communityday AS c
        (community_id, occurred_on, category, drop_off_count, weight_g, household_count)
    SELECT f.*, coalesce(h.households, 0)
    FROM (SELECT community_id, occurred_on, category, count(*) AS n, sum(weight_g) AS g FROM fresh GROUP BY 1, 2, 3) f
    LEFT JOIN (SELECT community_id, occurred_on, category, count(*) AS households FROM part WHERE is_all_new
               GROUP BY 1, 2, 3) h USING (community_id, occurred_on, category)
    ON CONFLICT (community_id, occurred_on, category) DO UPDATE
    SET drop_off_count = c.drop_off_count + excluded.drop_off_count, weight_g = c.weight_g + excluded.weight_g,
        household_count = c.household_count + excluded.household_count),
move AS MATERIALIZED (
    SELECT t.household_id, t.occurred_on, t.points, t.points - coalesce(s.awarded_points, 0) AS more,
           coalesce(s.settlement_count, 0) + 1 AS number
    FROM (SELECT household_id, occurred_on, sum(points) AS points FROM day GROUP BY 1, 2) t
    LEFT JOIN points_daysettlement s USING (household_id, occurred_on)),
settled AS (
    INSERT INTO points_daysettlement AS s
        (household_id, occurred_on, settled_at, first_awarded_at, next_release_at, settlement_count, awarded_points,
         released_points, bonus_points, penalty_points, release_shortfall_points, bonus_shortfall_points,
         penalty_shortfall_points, streak_points, programme_id)
    SELECT household_id, occurred_on, now(), CASE WHEN more > 0 THEN now() END,
           CASE WHEN points > 0 THEN now() + interval '48 hours' END,
           CASE WHEN more > 0 THEN number ELSE number - 1 END, points, 0, 0, 0, 0, 0, 0, 0,
           %(programme)s FROM move
    ON CONFLICT (household_id, occurred_on) DO UPDATE
    SET settled_at = excluded.settled_at, first_awarded_at = coalesce(s.first_awarded_at, excluded.first_awarded_at),
        next_release_at = excluded.next_release_at, settlement_count = excluded.settlement_count,
        programme_id = excluded.programme_id, awarded_points = excluded.awarded_points),
lines AS MATERIALIZED (
    SELECT i.id AS issued_id, a.id AS pending_id, m.household_id, m.more,
           'day/' || m.household_id || '/' || m.occurred_on || '/' || m.number || '/AWARD' AS reference
    FROM move m JOIN points_account a ON a.household_id = m.household_id AND a.kind = 'PENDING'
    JOIN points_account i ON i.kind = 'ISSUED'
    WHERE m.more > 0),
transfers AS (
    INSERT INTO points_transfer (run_id, debit_id, credit_id, household_id, points, reason, reference, digest)
    SELECT %(run)s, issued_id, pending_id, household_id, more, 'AWARD', reference,
           sha256(convert_to(reference || '|AWARD|' || issued_id || '|' || pending_id || '|' || more || '|'
                             || household_id || '|' || %(run)s, 'UTF8'))
    FROM lines),
balances AS (
    UPDATE points_account a SET balance_points = a.balance_points + m.more
    FROM (SELECT pending_id, sum(more) AS more FROM lines GROUP BY 1) m WHERE a.id = m.pending_id)
SELECT count(*) FROM fresh"""

_SEAL = """
INSERT INTO points_tallyrun (id, number, kind, posted_at, transfer_count, previous_digest, digest)
SELECT %(run)s, coalesce(l.number, 0) + 1, 'TALLY', now(), t.n, l.digest, sha256(l.digest || t.digests)
FROM (SELECT count(*) AS n, coalesce(string_agg(digest, ''::bytea ORDER BY id), ''::bytea) AS digests
      FROM points_transfer WHERE run_id = %(run)s) t,
     (SELECT number, digest FROM points_tallyrun
      UNION ALL SELECT 0, decode(repeat('00', 32), 'hex') ORDER BY number DESC LIMIT 1) l"""
