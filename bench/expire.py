"""bench expire: a district's year of released points through `expire_due`, beside the same in hand-written SQL.

10,000 households with 180 awards and releases each: 3.6 million transfers, whose points all end on one day. Both sides
begin with the same copy of one database and must leave the same. `python3 run.py bench expire [--households N]`.
"""

import argparse
import datetime as dt
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("FENFEN_DEMO", "1")

from bench.release import FIRST_ON, SEAL, compare

NOW = dt.datetime(2028, 1, 1, 1, tzinfo=dt.UTC)
KEPT_SINCE = dt.datetime(2026, 12, 31, 16, tzinfo=dt.UTC)  # 1 January 2027 in Shanghai


def raw_expire(*, now: dt.datetime) -> int:
    """Expire what is older than the year before, as PostgreSQL alone can: one transaction."""
    from django.db import connection, transaction

    from points.ledger import SEAL_LOCK_KEY

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('points_tallyrun', 'id'))")
        values = {"run": cursor.fetchone()[0], "now": now, "seal": SEAL_LOCK_KEY, "kept_since": KEPT_SINCE}
        cursor.execute("SELECT id FROM points_account WHERE kind = 'AVAILABLE' ORDER BY id FOR UPDATE")
        cursor.execute(_EXPIRE, values)
        points = int(cursor.fetchone()[0])
        cursor.execute("SELECT pg_advisory_xact_lock(%(seal)s)", values)
        cursor.execute(SEAL, values | {"kind": "EXPIRE"})
    return points


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
        raise SystemExit("bench expire needs PostgreSQL: python3 run.py bench expire, or DATABASE_URL")
    call_command("migrate", verbosity=0)
    from bench.points_year import Size, make
    from points.expiry import expire_due

    size = Size(households=options.households, days=options.days)
    started = time.perf_counter()
    make(size=size, first_on=FIRST_ON, is_released=True)
    print(f"made {size.household_days * 2} transfers in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    compare(
        bench="expire",
        ours=lambda: expire_due(now=NOW),
        raw=lambda: raw_expire(now=NOW),
        rounds=options.rounds,
        transfer_count=size.household_days * 2,
    )


_EXPIRE = """
WITH due AS MATERIALIZED (
    SELECT a.household_id, a.id, a.balance_points - coalesce(newer.points, 0) AS points, e.id AS expired_id
    FROM points_account a
    LEFT JOIN (SELECT household_id, sum(released_points + bonus_points) AS points
               FROM points_daysettlement WHERE first_awarded_at >= %(kept_since)s GROUP BY 1) newer USING (household_id)
    JOIN points_account e ON e.kind = 'EXPIRED'
    WHERE a.kind = 'AVAILABLE' AND a.balance_points > coalesce(newer.points, 0)),
lines AS (SELECT d.*, 'expire/' || household_id || '/' || %(run)s AS reference FROM due d),
transfers AS (
    INSERT INTO points_transfer (run_id, debit_id, credit_id, household_id, points, reason, reference, digest)
    SELECT %(run)s, id, expired_id, household_id, points, 'EXPIRE', reference,
           sha256(convert_to(reference || '|EXPIRE|' || id || '|' || expired_id || '|' || points || '|'
                             || household_id || '|' || %(run)s, 'UTF8'))
    FROM lines),
balances AS (
    UPDATE points_account a SET balance_points = a.balance_points - d.points FROM due d WHERE d.id = a.id)
SELECT coalesce(sum(points), 0) FROM due"""


if __name__ == "__main__":
    main()
