"""A district's year in the ledger, for bench release and bench expire: made in the database, copied for every pass.

A household-day is one bag of food waste, awarded 10 points. Half of the year's transfers award, half release.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from bench.tally_data import make_district, run

COMMUNITIES = 12
BINS = 120
POINTS_A_DAY = 10


@dataclass(frozen=True, slots=True)
class Size:
    """How many households, and how many days each of them earns."""

    households: int
    days: int

    @property
    def household_days(self) -> int:
        """Awards, and releases."""
        return self.households * self.days


def make(*, size: Size, first_on: str, is_released: bool) -> None:
    """The drop-offs, settlements, runs and transfers of `size.days` days from `first_on`, all awarded.

    `is_released`: and released two days later.
    """
    make_district(household_count=size.households, community_count=COMMUNITIES, bin_count=BINS)
    for statement in (*_AWARDED, *(_RELEASED if is_released else ())):
        run(statement.format(first_on=first_on, days=size.days, bins=BINS, points=POINTS_A_DAY))
    for table in ("points_transfer", "points_daysettlement", "points_account", "sorting_dropoff"):
        run(f"VACUUM ANALYZE {table}")
    run("VACUUM ANALYZE sorting_dropoffbatch")
    run("CHECKPOINT")


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass: seconds, those of a processor in this process and its backend, and what the work returned and left."""

    seconds: float
    cpu_seconds: float
    result: int
    left: tuple[tuple[object, ...], ...]


def pass_on_a_copy(*, work: Callable[[], int]) -> Pass:
    """Copy the database as it was made, do the work there, and drop the copy."""
    made, copy = connection.settings_dict["NAME"], "bench_copy"
    _between_databases(f'DROP DATABASE IF EXISTS "{copy}"', f'CREATE DATABASE "{copy}" TEMPLATE "{made}"')
    connection.settings_dict["NAME"] = copy
    try:
        run("CHECKPOINT")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend = cursor.fetchone()[0]
        cpu_before, started = _cpu_seconds(backend=backend), time.perf_counter()
        result = work()
        seconds, cpu = time.perf_counter() - started, _cpu_seconds(backend=backend) - cpu_before
        return Pass(seconds=seconds, cpu_seconds=cpu, result=result, left=checksum())
    finally:
        connection.close()
        connection.settings_dict["NAME"] = made
        _between_databases(f'DROP DATABASE "{copy}"')


def checksum() -> tuple[tuple[object, ...], ...]:
    """What a pass left, added up so that equal work gives equal figures, whatever the order of its transfers."""
    found = []
    for statement in (
        "SELECT COUNT(*), SUM(balance_points), SUM(balance_points * id) FROM points_account",
        "SELECT reason, COUNT(*), SUM(points), SUM(points * household_id), SUM(debit_id), SUM(credit_id) "
        "FROM points_transfer GROUP BY reason ORDER BY reason",
        "SELECT COUNT(*), SUM(released_points), SUM(settlement_count), COUNT(next_release_at), COUNT(settled_at) "
        "FROM points_daysettlement",
    ):
        with connection.cursor() as cursor:
            cursor.execute(statement)
            found += [tuple(row) for row in cursor.fetchall()]
    return tuple(found)


def _cpu_seconds(*, backend: int) -> float:
    """Of this process and of the server's that works for it; of the latter 0 where it is on another machine."""
    stat = Path(f"/proc/{backend}/stat")
    ticks = [int(each) for each in stat.read_text().rpartition(")")[2].split()[11:13]] if stat.exists() else [0]
    return time.process_time() + sum(ticks) / os.sysconf("SC_CLK_TCK")


def _between_databases(*statements: str) -> None:
    """Run statements that no database may be used for meanwhile."""
    name = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = "postgres"
    for statement in statements:
        run(statement)
    connection.close()
    connection.settings_dict["NAME"] = name


_AWARDED = (
    """INSERT INTO points_tallyrun (number, kind, posted_at, transfer_count, previous_digest, digest)
       SELECT d + 1, 'TALLY', ('{first_on}'::date + d + time '12:00') AT TIME ZONE 'Asia/Shanghai', 0, '', ''
       FROM generate_series(0, {days} - 1) d""",
    """INSERT INTO sorting_dropoffbatch
           (kind, door, bin_id, community_id, boot_id, received_at, due_at, event_count, digest, is_awarding,
            tallied_at, tally_run_id)
       SELECT 'DROP_OFFS', 'HTTP', b.id, p.community_id, '', r.posted_at, r.posted_at, 1, '', true, r.posted_at, r.id
       FROM points_tallyrun r CROSS JOIN sorting_smartbin b JOIN sorting_collectionpoint p ON p.id = b.point_id
       ORDER BY r.id, b.id""",
    """INSERT INTO sorting_dropoff
           (batch_id, bin_id, community_id, household_id, event_id, card, card_key, method, category, sub_class,
            weight_g, occurred_at, occurred_on, is_in_window, is_category_served)
       SELECT b.id, b.bin_id, b.community_id, h.id, 'e' || b.id || '/' || h.id, '', '', 'CARD', 'FOOD', '',
              1000, b.received_at, (b.received_at AT TIME ZONE 'Asia/Shanghai')::date, true, true
       FROM sorting_dropoffbatch b
       JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS nth FROM sorting_smartbin) n ON n.id = b.bin_id
       JOIN households_household h ON (h.serial - 1) % {bins} = n.nth
       ORDER BY b.id, h.id""",
    """INSERT INTO points_daysettlement
           (household_id, occurred_on, settled_at, first_awarded_at, next_release_at, settlement_count, awarded_points,
            released_points, bonus_points, penalty_points, release_shortfall_points, bonus_shortfall_points,
            penalty_shortfall_points)
       SELECT d.household_id, d.occurred_on, d.occurred_at, d.occurred_at, d.occurred_at + interval '48 hours', 1,
              {points}, 0, 0, 0, 0, 0, 0
       FROM sorting_dropoff d ORDER BY d.id""",
    """INSERT INTO points_transfer (run_id, debit_id, credit_id, household_id, points, reason, reference, digest)
       SELECT b.tally_run_id, i.id, p.id, d.household_id, {points}, 'AWARD',
              'day/' || d.household_id || '/' || d.occurred_on || '/1/AWARD', sha256(d.event_id::bytea)
       FROM sorting_dropoff d JOIN sorting_dropoffbatch b ON b.id = d.batch_id
       JOIN points_account p ON p.household_id = d.household_id AND p.kind = 'PENDING'
       CROSS JOIN (SELECT id FROM points_account WHERE kind = 'ISSUED') i
       ORDER BY d.id""",
    "UPDATE points_account SET balance_points = {points} * {days} WHERE kind = 'PENDING'",
)

_RELEASED = (
    """INSERT INTO points_transfer (run_id, debit_id, credit_id, household_id, points, reason, reference, digest)
       SELECT t.run_id, t.credit_id, v.id, t.household_id, t.points, 'RELEASE',
              replace(t.reference, '/1/AWARD', '/2/RELEASE'), t.digest
       FROM points_transfer t JOIN points_account v ON v.household_id = t.household_id AND v.kind = 'AVAILABLE'
       ORDER BY t.id""",
    "UPDATE points_daysettlement SET released_points = awarded_points, next_release_at = NULL, settlement_count = 2",
    "UPDATE points_account SET balance_points = 0 WHERE kind = 'PENDING'",
    "UPDATE points_account SET balance_points = {points} * {days} WHERE kind = 'AVAILABLE'",
)
