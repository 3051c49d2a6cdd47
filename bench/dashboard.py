"""bench dashboard: the officers' first screen on 10,000,000 drop-offs, on a tenth of that, and from the raw rows.

500 communities, 365 days, 3 % of the drop-offs judged; a query of the last 30 days and one of the whole year, each the
median of 20. `raw` is what the screen's sums cost without tallies, hand-written over the same drop-offs and verdicts.
`cpu_ms` is Python's part of it. `python3 run.py bench dashboard [--drop-offs N] [--households N] [--no-raw]`.
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

ROUNDS, RAW_ROUNDS = 20, 3
PERIODS_DAYS = (30, 365)


def main() -> None:
    """Make the year of each size and measure the screen on it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drop-offs", type=int, default=10_000_000)
    parser.add_argument("--households", type=int, default=10_000)
    parser.add_argument("--no-raw", action="store_true", help="leave the raw rows out: the quick form")
    options = parser.parse_args()
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    if connection.vendor != "postgresql":
        raise SystemExit("bench dashboard needs PostgreSQL: python3 run.py bench dashboard, or DATABASE_URL")
    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    from bench.dashboard_data import make_households, make_year

    today = timezone.localdate()
    make_households(household_count=options.households, today=today)
    small_ms: dict[int, float] = {}
    for wanted in (options.drop_offs // 10, options.drop_offs):
        started = time.perf_counter()
        drop_offs = make_year(drop_offs=wanted, today=today)
        print(f"made {drop_offs} drop-offs in {time.perf_counter() - started:.0f} s", file=sys.stderr)
        for days in PERIODS_DAYS:
            milliseconds, cpu_ms, query_count = _measure(get=_screen(days=days, today=today))
            print(
                f"bench=dashboard drop_offs={drop_offs} days={days} median_ms={milliseconds:.0f} cpu_ms={cpu_ms:.0f} "
                f"ratio={milliseconds / small_ms.setdefault(days, milliseconds):.2f} queries={query_count}",
                flush=True,
            )
            if wanted == options.drop_offs and not options.no_raw:
                raw_ms = _raw_ms(days=days, today=today)
                print(
                    f"bench=dashboard case=raw days={days} raw_ms={raw_ms:.0f} ours_ms={milliseconds:.0f} "
                    f"ratio={raw_ms / milliseconds:.1f}",
                    flush=True,
                )


def _screen(*, days: int, today: dt.date) -> Callable[[], None]:
    """A function that asks for the whole page as an officer's browser does, through every middleware."""
    from django.test import Client

    from people.models import Role, RoleGrant, ScopeKind, User

    officer, is_new = User.objects.get_or_create(username="bench-officer")
    if is_new:
        RoleGrant.objects.create(
            user=officer, role=Role.OFFICER, scope_kind=ScopeKind.DISTRICT, starts_on=dt.date(2020, 1, 1)
        )
    client = Client()
    client.force_login(officer)
    period = {"from": f"{today - dt.timedelta(days=days - 1)}", "to": f"{today}"}

    def get() -> None:
        response = client.get("/bureau/", period)
        if response.status_code != 200:
            raise SystemExit(f"the screen answered {response.status_code}")

    return get


def _measure(*, get: Callable[[], None]) -> tuple[float, float, int]:
    """Medians of a whole answer and of this process's part of it, in ms, and the number of queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    get()
    with CaptureQueriesContext(connection) as queries:
        get()
        captured = list(queries.captured_queries)  # the next request empties the log
    for query in sorted(captured, key=lambda each: -float(each["time"]))[:3]:
        print(f"{float(query['time']) * 1_000:.0f} ms: {' '.join(query['sql'].split())[:160]}", file=sys.stderr)
    seconds, cpu_seconds = [], []
    for _ in range(ROUNDS):
        started, cpu_started = time.perf_counter(), time.process_time()
        get()
        seconds.append(time.perf_counter() - started)
        cpu_seconds.append(time.process_time() - cpu_started)
    return 1_000 * statistics.median(seconds), 1_000 * statistics.median(cpu_seconds), len(captured)


def _raw_ms(*, days: int, today: dt.date) -> float:
    """The sums of the screen from the drop-offs and verdicts themselves; median of RAW_ROUNDS."""
    from django.db import connection

    seconds = []
    for _ in range(RAW_ROUNDS):
        started = time.perf_counter()
        with connection.cursor() as cursor:
            for statement in _RAW:
                cursor.execute(statement.format(today=f"date '{today}'", days=days, both=2 * days))
                cursor.fetchall()
        seconds.append(time.perf_counter() - started)
    return 1_000 * statistics.median(seconds)


# By community and category; by day and category with the period before; the funnel; the sample.
_RAW = (
    "SELECT community_id, category, sum(weight_g), count(*) FROM sorting_dropoff "
    "WHERE occurred_on > {today} - {days} GROUP BY 1, 2",
    "SELECT occurred_on, category, sum(weight_g) FROM sorting_dropoff "
    "WHERE occurred_on > {today} - {both} GROUP BY 1, 2",
    """SELECT h.community_id, count(*), count(d.last_on), count(*) FILTER (WHERE d.last_on > {today} - 30),
              count(*) FILTER (WHERE d.last_on > {today} - {days}), count(v.household_id),
              count(*) FILTER (WHERE v.right_count > 0 AND v.wrong_count = 0)
       FROM households_household h
       LEFT JOIN (SELECT household_id, max(occurred_on) AS last_on FROM sorting_dropoff GROUP BY 1) d
         ON d.household_id = h.id
       LEFT JOIN (SELECT d.household_id,
                         count(*) FILTER (WHERE d.occurred_on > {today} - 30 AND v.verdict = 'CORRECT') AS right_count,
                         count(*) FILTER (WHERE d.occurred_on > {today} - 30 AND v.verdict <> 'CORRECT') AS wrong_count
                  FROM sorting_verification v JOIN sorting_dropoff d ON d.id = v.drop_off_id GROUP BY 1) v
         ON v.household_id = h.id
       GROUP BY 1""",
    """SELECT d.community_id, count(*), count(*) FILTER (WHERE v.verdict = 'CORRECT')
       FROM sorting_verification v JOIN sorting_dropoff d ON d.id = v.drop_off_id
       WHERE v.source = 'RANDOM_SAMPLE' AND d.occurred_on > {today} - {days} GROUP BY 1""",
)


if __name__ == "__main__":
    main()
