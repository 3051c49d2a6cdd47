"""bench dashboard: the officers' first screen from tallies of 10,000,000 drop-offs, of a tenth, and from raw rows.

500 communities, 365 days, a query of the last 30 days and one of the whole year. The tallies are made set-based as the
tally leaves them. `raw` is what the screen's sums cost without them, as one hand-written statement over a table that
holds each drop-off. `python3 run.py bench dashboard [--drop-offs N]`.
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

COMMUNITIES, DAYS, BINS, HOUSEHOLDS = 500, 365, 1_000, 10_000
ROUNDS = 20
DISTRICT_TABLES = "indicators_communityday, points_householdday, collection_load"


def main() -> None:
    """Make the tallies of each size and measure the screen on them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drop-offs", type=int, default=10_000_000)
    parser.add_argument("--no-raw", action="store_true", help="leave the raw rows out: the quick form")
    options = parser.parse_args()
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor != "postgresql":
        raise SystemExit("bench dashboard needs PostgreSQL: python3 run.py bench dashboard, or DATABASE_URL")
    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    from bench.tally_data import make_district, run

    make_district(household_count=HOUSEHOLDS, community_count=COMMUNITIES, bin_count=BINS)
    run(
        "UPDATE households_community SET household_count = 800, resident_count = 2200, sorted_collection_since = "
        "'2020-01-01', sorted_transport_since = CASE WHEN id % 3 = 0 THEN date '2020-01-01' END"
    )
    medians_ms: dict[tuple[int, int], float] = {}
    for drop_offs in (options.drop_offs // 10, options.drop_offs):
        started = time.perf_counter()
        _make_tallies(drop_offs=drop_offs)
        print(f"made the tallies of {drop_offs} in {time.perf_counter() - started:.0f} s", file=sys.stderr)
        for days in (30, DAYS):
            milliseconds, query_count = _measure(get=_screen(days=days))
            medians_ms[drop_offs, days] = milliseconds
            print(
                f"bench=dashboard drop_offs={drop_offs} days={days} median_ms={milliseconds:.0f} "
                f"ratio={milliseconds / medians_ms[options.drop_offs // 10, days]:.2f} queries={query_count}",
                flush=True,
            )
    if not options.no_raw:
        for days in (30, DAYS):
            raw_ms = _raw_ms(drop_offs=options.drop_offs, days=days)
            ours_ms = medians_ms[options.drop_offs, days]
            print(
                f"bench=dashboard case=raw days={days} raw_ms={raw_ms:.0f} ours_ms={ours_ms:.0f} "
                f"ratio={raw_ms / ours_ms:.1f}",
                flush=True,
            )


def _make_tallies(*, drop_offs: int) -> None:
    """CommunityDay, HouseholdDay and loads, as that many drop-offs leave them: each household-day one or two."""
    from django.db import connection

    from bench.tally_data import run
    from points.triggers import create_triggers, drop_triggers

    household_days = max(1, drop_offs // 2 // HOUSEHOLDS)
    drop_triggers(connection=connection)
    run(f"TRUNCATE {DISTRICT_TABLES}, collection_weighing")
    create_triggers(connection=connection)
    run(f"""INSERT INTO points_householdday (household_id, occurred_on, category, drop_off_count, weight_g, points)
            SELECT h.id, current_date - (n * {DAYS} / {max(household_days // 4, 1)})::int % {DAYS}, c.category, 2,
                   1500, 20
            FROM households_household h, generate_series(0, {max(household_days // 4, 1)} - 1) n,
                 (VALUES ('FOOD'), ('RESIDUAL'), ('RECYCLABLE'), ('HAZARDOUS')) c (category)
            ON CONFLICT DO NOTHING""")
    run(f"""INSERT INTO indicators_communityday
                (community_id, occurred_on, category, drop_off_count, weight_g, household_count)
            SELECT h.id, current_date - n, c.category, {max(1, drop_offs // (COMMUNITIES * DAYS * 4))},
                   {max(1, drop_offs // (COMMUNITIES * DAYS * 4))} * (900 + h.id % 700), 1
            FROM households_community h, generate_series(0, {DAYS} - 1) n,
                 (VALUES ('FOOD'), ('RESIDUAL'), ('RECYCLABLE'), ('HAZARDOUS')) c (category)""")
    run(f"""INSERT INTO collection_load
                (load_id, collected_on, community_id, category, weight_g, destination, received_at)
            SELECT h.id || '-' || n || c.category, current_date - n, h.id, c.category, 400000, c.destination, now()
            FROM households_community h, generate_series(0, {DAYS} - 1) n,
                 (VALUES ('FOOD', 'COMPOSTING'), ('RESIDUAL', 'INCINERATION')) c (category, destination)""")
    for table in DISTRICT_TABLES.split(", "):
        run(f"VACUUM ANALYZE {table}")


def _screen(*, days: int) -> Callable[[], None]:
    """A function that asks for the whole page as an officer's browser does, through every middleware."""
    from django.test import Client
    from django.utils import timezone

    from people.models import Role, RoleGrant, ScopeKind, User

    officer, is_new = User.objects.get_or_create(username="bench-officer")
    if is_new:
        RoleGrant.objects.create(
            user=officer, role=Role.OFFICER, scope_kind=ScopeKind.DISTRICT, starts_on=dt.date(2020, 1, 1)
        )
    client = Client()
    client.force_login(officer)
    today = timezone.localdate()
    period = {"from": f"{today - dt.timedelta(days=days - 1)}", "to": f"{today}"}

    def get() -> None:
        response = client.get("/bureau/", period)
        if response.status_code != 200:
            raise SystemExit(f"the screen answered {response.status_code}")

    return get


def _measure(*, get: Callable[[], None]) -> tuple[float, int]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    get()
    with CaptureQueriesContext(connection) as queries:
        get()
    query_count = len(queries)  # the next request empties the log
    for query in sorted(queries.captured_queries, key=lambda each: -float(each["time"]))[:3]:
        print(f"{float(query['time']) * 1_000:.0f} ms: {query['sql'][:160]}", file=sys.stderr)
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        get()
        seconds.append(time.perf_counter() - started)
    return 1_000 * statistics.median(seconds), query_count


def _raw_ms(*, drop_offs: int, days: int) -> float:
    """The sums of the screen from a bare table of the drop-offs themselves, indexed by date; median of three."""
    from django.db import connection

    from bench.tally_data import run

    run(f"""CREATE UNLOGGED TABLE IF NOT EXISTS bench_raw AS
            SELECT (n % {COMMUNITIES})::int AS community_id, (n % {HOUSEHOLDS})::int AS household_id,
                   current_date - (n / {max(1, drop_offs // DAYS)})::int % {DAYS} AS occurred_on,
                   (ARRAY['FOOD','RESIDUAL','RECYCLABLE','HAZARDOUS'])[1 + n % 4] AS category, 1500 AS weight_g
            FROM generate_series(0::bigint, {drop_offs} - 1) n""")
    run("CREATE INDEX IF NOT EXISTS bench_raw_on ON bench_raw (occurred_on)")
    run("VACUUM ANALYZE bench_raw")
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        with connection.cursor() as cursor:
            for statement in _RAW:
                cursor.execute(statement.format(days=days, both=2 * days))
                cursor.fetchall()
        seconds.append(time.perf_counter() - started)
    return 1_000 * statistics.median(seconds)


_RAW = (
    "SELECT community_id, category, sum(weight_g), count(*) FROM bench_raw "
    "WHERE occurred_on > current_date - {days} GROUP BY 1, 2",
    "SELECT occurred_on, category, sum(weight_g) FROM bench_raw "
    "WHERE occurred_on > current_date - {both} GROUP BY 1, 2",
    "SELECT community_id, count(DISTINCT household_id), "
    "count(DISTINCT household_id) FILTER (WHERE occurred_on > current_date - 30), "
    "count(DISTINCT household_id) FILTER (WHERE occurred_on > current_date - {days}) FROM bench_raw GROUP BY 1",
)


if __name__ == "__main__":
    main()
