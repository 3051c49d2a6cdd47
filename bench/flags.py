"""bench flags: a search for flags over a million drop-offs, beside bare scans of the same rows with the same grouping.

The search is `look_for_flags` over 45 days of 10,000 households at 120 bins: every rule, day by day and week by week.
The raw limit reads the same tables once for each grouping that a rule needs, in one statement each, and judges nothing.
They alternate in one run, three times. `python3 run.py bench flags [--rows N] [--rounds N]`.
"""

import argparse
import datetime as dt
import os
import resource
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("FENFEN_DEMO", "1")

HOUSEHOLDS = 10_000
COMMUNITIES = 12
BINS = 120
DAYS = 45
EVENTS_A_BATCH = 500
# One statement a grouping: by what, what is added up, from where.
RAW = (
    "SELECT household_id, category, bin_id, date_trunc('week', occurred_on), count(*), sum(weight_g) "
    "FROM sorting_dropoff WHERE household_id IS NOT NULL GROUP BY 1, 2, 3, 4",
    "SELECT household_id, card_key, occurred_on, count(DISTINCT bin_id), min(occurred_at) "
    "FROM sorting_dropoff WHERE household_id IS NOT NULL GROUP BY 1, 2, 3",
    "SELECT bin_id, occurred_on, count(DISTINCT household_id), min(occurred_at) FROM sorting_dropoff GROUP BY 1, 2",
    "SELECT bin_id, date_trunc('week', occurred_on), count(DISTINCT household_id), min(occurred_at) "
    "FROM sorting_dropoff GROUP BY 1, 2",
    "SELECT bin_id, category, occurred_on, sum(weight_g), count(*) FROM sorting_dropoff GROUP BY 1, 2, 3",
    "SELECT bin_id, category, household_id, max(weight_g) FROM sorting_dropoff WHERE weight_g > 30000 GROUP BY 1, 2, 3",
    "SELECT household_id, date_trunc('week', occurred_on), sum(points) FROM points_householdday GROUP BY 1, 2",
)


def main() -> None:
    """Make the rows, warm both, then alternate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from bench import tally_data
    from points.flags.look import look_for_flags
    from points.models import Flag

    if connection.vendor != "postgresql":
        raise SystemExit("bench flags needs PostgreSQL: python3 run.py bench flags, or DATABASE_URL")
    call_command("migrate", verbosity=0)
    tally_data.make(
        row_count=options.rows,
        events_a_batch=EVENTS_A_BATCH,
        household_count=HOUSEHOLDS,
        community_count=COMMUNITIES,
        bin_count=BINS,
        day_count=DAYS,
    )
    with connection.cursor() as cursor:
        for statement in _PREPARE:
            cursor.execute(statement)
    today = timezone.localdate()

    def ours() -> float:
        Flag.objects.all().delete()
        started = time.perf_counter()
        look_for_flags(starts_on=today - dt.timedelta(days=DAYS), ends_on=today, now=timezone.now())
        return time.perf_counter() - started

    def raw() -> float:
        started = time.perf_counter()
        with connection.cursor() as cursor:
            for statement in RAW:
                cursor.execute(statement)
                cursor.fetchall()
        return time.perf_counter() - started

    ours(), raw()
    pairs = [(ours(), raw()) for _ in range(options.rounds)]
    ratios = [theirs / mine for mine, theirs in pairs]
    print(
        f"bench=flags ratio={statistics.median(ratios):.2f} "
        f"ours_per_s={options.rows / statistics.median(mine for mine, _ in pairs):.0f} "
        f"raw_per_s={options.rows / statistics.median(theirs for _, theirs in pairs):.0f} "
        f"ours_s={statistics.median(mine for mine, _ in pairs):.1f} "
        f"raw_s={statistics.median(theirs for _, theirs in pairs):.1f} "
        f"ratios={','.join(f'{ratio:.2f}' for ratio in ratios)} rows={options.rows} flags={Flag.objects.count()} "
        f"rss_mb_max={resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}",
        flush=True,
    )


_PREPARE = (
    # The backlog of bench tally has no cards; here each household has one, and its days are counted.
    "UPDATE sorting_dropoff SET card_key = 'card-' || household_id, card = 'card-' || household_id",
    "UPDATE sorting_dropoffbatch SET tallied_at = now()",
    """INSERT INTO points_householdday (household_id, occurred_on, category, drop_off_count, weight_g, points)
       SELECT household_id, occurred_on, category, count(*), sum(weight_g), least(10 * count(*), 20)
       FROM sorting_dropoff GROUP BY 1, 2, 3""",
    "VACUUM FULL sorting_dropoff",
    "VACUUM ANALYZE",
)


if __name__ == "__main__":
    main()
