"""bench statement: a household's balance and last 20 transfers in a ledger of 1,000,000 and then 10,000,000.

The ledger is grown by set-based INSERTs (its triggers refuse everything else). The ratio is the database's median time
with the large ledger ÷ with the small one. `python3 run.py bench statement [--sizes N N] [--households N]`.
"""

import argparse
import datetime as dt
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("FENFEN_DEMO", "1")

TRANSFERS_A_RUN = 2_000
ROWS_A_STATEMENT = 500_000
READS = 300
INDEX_ROWS = 300_000
SEED = 20_260_601


def make_households(*, count: int) -> None:
    """One community, its households with accounts, and the platform's accounts as migrations made them."""
    from bench.tally_data import run

    run("INSERT INTO households_subdistrict (name) VALUES ('bench')")
    run(
        "INSERT INTO households_community (subdistrict_id, name, is_urban_core, is_pilot) "
        "SELECT id, 'bench', true, true FROM households_subdistrict"
    )
    run(
        "INSERT INTO households_household (community_id, serial, code, building, unit, room, enrolled_on) "
        "SELECT c.id, n, lpad(n::text, 15, '0'), '1', '1', n::text, '2020-01-01' "
        f"FROM households_community c, generate_series(1, {count:d}) n"
    )
    run(
        "INSERT INTO points_account (kind, household_id, balance_points) "
        "SELECT kind, h.id, 0 FROM households_household h, (VALUES ('PENDING'), ('AVAILABLE')) k (kind)"
    )


def grow(*, first: int, last: int, household_count: int) -> None:
    """Add the transfers numbered first to last: awards and their releases in turn, the households interleaved."""
    from bench.tally_data import run

    values = {"first": first, "last": last, "run": TRANSFERS_A_RUN, "households": household_count}
    run(_RUNS.format(**values))
    for start in range(first, last + 1, ROWS_A_STATEMENT):
        run(_TRANSFERS.format(**values | {"first": start, "last": min(start + ROWS_A_STATEMENT - 1, last)}))
    run(_BALANCES)
    run("VACUUM ANALYZE points_transfer")
    run("VACUUM ANALYZE points_tallyrun")
    run("VACUUM ANALYZE points_account")
    run("CHECKPOINT")


class DatabaseTime:
    """An execute wrapper that asks PostgreSQL itself how long each query takes, in ms, and how many pages it reads."""

    def __init__(self) -> None:
        self.ms: list[float] = []
        self.pages: list[int] = []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {sql}", params, many, context)
        plan = context["cursor"].fetchone()[0]
        plan = json.loads(plan) if isinstance(plan, str) else plan
        self.ms.append(plan[0]["Planning Time"] + plan[0]["Execution Time"])
        top = plan[0]["Plan"]
        self.pages.append(top["Shared Hit Blocks"] + top["Shared Read Blocks"])
        return execute(sql, params, many, context)


def measure(*, transfer_count: int, household_count: int) -> dict[str, float]:
    """Read READS statements of random households, each case; the medians by case, printed with the 99th percentile."""
    from django.db import connection

    from households.models import Household
    from points.models import Transfer
    from points.queries.statements import statement_of

    draw = random.Random(SEED)
    households = list(Household.objects.filter(serial__in=draw.sample(range(1, household_count + 1), READS)))
    deep = transfer_count // 20  # the oldest twentieth: everything newer is added up to know what was held then
    deep_id = Transfer.objects.order_by("pk").values_list("pk", flat=True)[deep]
    cases: dict[str, dict[str, Any]] = {
        "newest": {},
        "oldest": {"before_id": deep_id},
        "month": {"month": dt.date(2026, 3, 1)},
    }
    medians = {}
    for case, options in cases.items():
        for household in households[:20]:
            statement_of(household=household, **options)
        walls, counter = [], DatabaseTime()
        for household in households:
            started = time.perf_counter()
            statement = statement_of(household=household, **options)
            walls.append((time.perf_counter() - started) * 1_000)
            if not statement.lines:
                raise SystemExit(f"bench=statement {case}: nothing to read")
            with connection.execute_wrapper(counter):
                statement_of(household=household, **options)
        medians[case] = statistics.median(counter.ms)
        print(
            f"bench=statement case={case} transfers={transfer_count} queries={len(counter.ms) / READS:.0f} "
            f"db_ms_p50={medians[case]:.2f} db_ms_p99={_p99(counter.ms):.2f} "
            f"pages_p50={statistics.median(counter.pages):.0f} "
            f"wall_ms_p50={statistics.median(walls):.2f} wall_ms_p99={_p99(walls):.2f}",
            flush=True,
        )
    return medians


def measure_index(*, household_count: int, rounds: int) -> None:
    """What the index by (household, id) costs an INSERT beside the one by household that it replaced."""
    from bench.tally_data import run

    times: dict[str, list[float]] = {"(household_id)": [], "(household_id, id)": []}
    for _ in range(rounds):
        for columns, seconds in times.items():
            run("DROP TABLE IF EXISTS bench_transfer")
            run("CREATE TABLE bench_transfer (LIKE points_transfer INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
            run("ALTER TABLE bench_transfer ADD PRIMARY KEY (id)")
            run("CREATE UNIQUE INDEX ON bench_transfer (reference)")
            run("CREATE INDEX ON bench_transfer (run_id)")
            run(f"CREATE INDEX ON bench_transfer {columns}")
            run("CHECKPOINT")
            started = time.perf_counter()
            run(
                "INSERT INTO bench_transfer SELECT * FROM points_transfer "
                f"ORDER BY id DESC LIMIT {min(INDEX_ROWS, household_count * 100):d}"
            )
            seconds.append(time.perf_counter() - started)
    run("DROP TABLE bench_transfer")
    before, after = (statistics.median(each) for each in times.values())
    print(f"bench=statement case=index_cost ratio={after / before:.2f} before_s={before:.2f} after_s={after:.2f}")


def _p99(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


def main() -> None:
    """Grow the ledger to each size in turn and measure; then the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs=2, default=[1_000_000, 10_000_000])
    parser.add_argument("--households", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor != "postgresql":
        raise SystemExit("bench statement needs PostgreSQL: python3 run.py bench statement, or DATABASE_URL")
    call_command("migrate", verbosity=0)
    make_households(count=options.households)
    found, first = [], 1
    for size in options.sizes:
        started = time.perf_counter()
        grow(first=first, last=size, household_count=options.households)
        print(f"grown to {size} transfers in {time.perf_counter() - started:.0f} s", file=sys.stderr)
        found.append(measure(transfer_count=size, household_count=options.households))
        first = size + 1
    small, large = found
    for case in small:
        print(f"bench=statement case={case} ratio={large[case] / small[case]:.2f}", flush=True)
    measure_index(household_count=options.households, rounds=options.rounds)


_RUNS = """
    INSERT INTO points_tallyrun (number, kind, posted_at, transfer_count, previous_digest, digest)
    SELECT n, 'TALLY', '2026-01-01+08'::timestamptz + make_interval(secs => n::float8 / {last} * {run} * 86400 * 180),
           {run}, '', ''
    FROM generate_series({first} / {run} + 1, {last} / {run} + 1) n
    WHERE NOT EXISTS (SELECT 1 FROM points_tallyrun r WHERE r.number = n)"""

_TRANSFERS = """
    INSERT INTO points_transfer (run_id, debit_id, credit_id, household_id, points, reason, reference, digest)
    SELECT r.id, CASE WHEN s.is_award THEN i.id ELSE p.id END, CASE WHEN s.is_award THEN p.id ELSE v.id END,
           h.id, 10, CASE WHEN s.is_award THEN 'AWARD' ELSE 'RELEASE' END,
           'day/' || h.id || '/' || ('2020-01-01'::date + (s.n / {households} / 2)::int) || '/1/' ||
           CASE WHEN s.is_award THEN 'AWARD' ELSE 'RELEASE' END, sha256(s.n::text::bytea)
    FROM (SELECT n, (n / {households}) % 2 = 0 AS is_award, (n * 7919) % {households} + 1 AS serial
          FROM generate_series({first}::bigint, {last}::bigint) n) s
    JOIN households_household h ON h.serial = s.serial
    JOIN points_tallyrun r ON r.number = s.n / {run} + 1
    JOIN points_account p ON p.household_id = h.id AND p.kind = 'PENDING'
    JOIN points_account v ON v.household_id = h.id AND v.kind = 'AVAILABLE'
    CROSS JOIN (SELECT id FROM points_account WHERE kind = 'ISSUED') i
    ORDER BY s.n"""

_BALANCES = """
    UPDATE points_account a SET balance_points = m.points
    FROM (SELECT account_id, SUM(points) AS points
          FROM (SELECT credit_id AS account_id, points FROM points_transfer
                UNION ALL SELECT debit_id, -points FROM points_transfer) each_side GROUP BY 1) m
    WHERE a.id = m.account_id AND a.household_id IS NOT NULL"""


if __name__ == "__main__":
    main()
