"""bench release: a district's year of pending points through `release_due`, beside the same in hand-written SQL.

10,000 households, 180 days each: 1.8 million awards wait, their releases make the year's 3.6 million transfers. Both
sides begin with the same copy of one database and must leave the same. `python3 run.py bench release [--households N]`.
"""

import argparse
import datetime as dt
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("FENFEN_DEMO", "1")

FIRST_ON = "2026-01-05"
NOW = dt.datetime(2027, 1, 5, tzinfo=dt.UTC)


def raw_release(*, now: dt.datetime) -> int:
    """Release every due day as PostgreSQL alone can: one transaction, no checks of facts, rules or windows."""
    from django.db import connection, transaction

    from points.ledger import SEAL_LOCK_KEY

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('points_tallyrun', 'id'))")
        values = {"run": cursor.fetchone()[0], "now": now, "seal": SEAL_LOCK_KEY}
        cursor.execute(_LOCK, values)
        cursor.execute(_RELEASE, values)
        points = int(cursor.fetchone()[0])
        cursor.execute("SELECT pg_advisory_xact_lock(%(seal)s)", values)
        cursor.execute(SEAL, values | {"kind": "RELEASE"})
    return points


def compare(*, bench: str, ours: Callable[[], int], raw: Callable[[], int], rounds: int, transfer_count: int) -> None:
    """Alternate the two on copies of the database as it is; print medians and the ratio round by round."""
    from bench.points_year import pass_on_a_copy

    mine, theirs = [], []
    for _ in range(rounds):
        mine.append(pass_on_a_copy(work=ours))
        theirs.append(pass_on_a_copy(work=raw))
        print(f"ours {mine[-1].seconds:.1f} s, raw {theirs[-1].seconds:.1f} s", file=sys.stderr)
        if (mine[-1].result, mine[-1].left) != (theirs[-1].result, theirs[-1].left):
            raise SystemExit(f"bench={bench}: the two did not do the same work: {mine[-1]} {theirs[-1]}")
    ratios = [b.seconds / a.seconds for a, b in zip(mine, theirs, strict=True)]
    ours_s, raw_s = (statistics.median(each.seconds for each in passes) for passes in (mine, theirs))
    # Of a processor: what others do on the machine meanwhile is not in them.
    ours_cpu_s, raw_cpu_s = (statistics.median(each.cpu_seconds for each in passes) for passes in (mine, theirs))
    print(
        f"bench={bench} ratio={statistics.median(ratios):.2f} ours_s={ours_s:.1f} raw_s={raw_s:.1f} "
        f"ours_cpu_s={ours_cpu_s:.1f} raw_cpu_s={raw_cpu_s:.1f} transfers={transfer_count} "
        f"ours_per_s={transfer_count / ours_s:.0f} raw_per_s={transfer_count / raw_s:.0f} "
        f"ratios={','.join(f'{ratio:.2f}' for ratio in ratios)}",
        flush=True,
    )


def main() -> None:
    """Make the year and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=180)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor != "postgresql":
        raise SystemExit("bench release needs PostgreSQL: python3 run.py bench release, or DATABASE_URL")
    call_command("migrate", verbosity=0)
    from bench.points_year import Size, make
    from points.release import release_due

    size = Size(households=options.households, days=options.days)
    started = time.perf_counter()
    make(size=size, first_on=FIRST_ON, is_released=False)
    print(f"made {size.household_days} household-days in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    compare(
        bench="release",
        ours=lambda: release_due(now=NOW),
        raw=lambda: raw_release(now=NOW),
        rounds=options.rounds,
        transfer_count=size.household_days,
    )


_LOCK = """
SELECT id FROM points_account
WHERE household_id IN (SELECT household_id FROM points_daysettlement WHERE next_release_at <= %(now)s)
ORDER BY id FOR UPDATE"""

_RELEASE = """
WITH due AS MATERIALIZED (
    SELECT household_id, occurred_on, awarded_points - released_points AS points, settlement_count + 1 AS number
    FROM points_daysettlement WHERE next_release_at <= %(now)s),
settled AS (
    UPDATE points_daysettlement s
    SET released_points = s.awarded_points, settlement_count = d.number, next_release_at = NULL, settled_at = %(now)s
    FROM due d WHERE d.household_id = s.household_id AND d.occurred_on = s.occurred_on),
lines AS MATERIALIZED (
    SELECT p.id AS pending_id, v.id AS available_id, d.household_id, d.points,
           'day/' || d.household_id || '/' || d.occurred_on || '/' || d.number || '/RELEASE' AS reference
    FROM due d JOIN points_account p ON p.household_id = d.household_id AND p.kind = 'PENDING'
    JOIN points_account v ON v.household_id = d.household_id AND v.kind = 'AVAILABLE'),
transfers AS (
    INSERT INTO points_transfer (run_id, debit_id, credit_id, household_id, points, reason, reference, digest)
    SELECT %(run)s, pending_id, available_id, household_id, points, 'RELEASE', reference,
           sha256(convert_to(reference || '|RELEASE|' || pending_id || '|' || available_id || '|' || points || '|'
                             || household_id || '|' || %(run)s, 'UTF8'))
    FROM lines),
balances AS (
    UPDATE points_account a SET balance_points = a.balance_points + m.points
    FROM (SELECT pending_id AS id, -sum(points) AS points FROM lines GROUP BY 1
          UNION ALL SELECT available_id, sum(points) FROM lines GROUP BY 1) m WHERE a.id = m.id)
SELECT coalesce(sum(points), 0) FROM lines"""

SEAL = """
INSERT INTO points_tallyrun (id, number, kind, posted_at, transfer_count, previous_digest, digest)
SELECT %(run)s, coalesce(l.number, 0) + 1, %(kind)s, %(now)s, t.n, l.digest, sha256(l.digest || t.digests)
FROM (SELECT count(*) AS n, coalesce(string_agg(digest, ''::bytea ORDER BY id), ''::bytea) AS digests
      FROM points_transfer WHERE run_id = %(run)s) t,
     (SELECT number, digest FROM points_tallyrun
      UNION ALL SELECT 0, decode(repeat('00', 32), 'hex') ORDER BY number DESC LIMIT 1) l"""


if __name__ == "__main__":
    main()
