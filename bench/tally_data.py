"""The backlog of bench tally: made in the database, and put back to untallied between passes."""

from django.db import connection

from points.triggers import create_triggers, drop_triggers


def make(
    *,
    row_count: int,
    events_a_batch: int,
    household_count: int,
    community_count: int,
    bin_count: int,
    day_count: int,
) -> None:
    """Untallied drop-offs as bins' back-fill brings them: each batch one bin, in order of time.

    Each bin serves its own households; three quarters of the drop-offs are inside the window.
    """
    make_district(household_count=household_count, community_count=community_count, bin_count=bin_count)
    for statement in _BACKLOG:
        run(
            statement.format(
                events=events_a_batch,
                batches=row_count // events_a_batch,
                bins=bin_count,
                days=day_count,
                homes=household_count // bin_count,
                batches_a_bin=max(row_count // events_a_batch // bin_count, 1),
            )
        )


def make_district(*, household_count: int, community_count: int, bin_count: int) -> None:
    """Communities, bins, and households with accounts that hold nothing."""
    for statement in _DISTRICT:
        run(statement.format(households=household_count, communities=community_count, bins=bin_count))


def untally() -> None:
    """Everything arrived, nothing tallied; tables as after a fresh start, statistics included."""
    drop_triggers(connection=connection)
    run("TRUNCATE points_transfer, points_tallyrun, points_householdday, points_daysettlement, indicators_communityday")
    create_triggers(connection=connection)
    run("UPDATE points_account SET balance_points = 0 WHERE household_id IS NOT NULL")
    run("UPDATE sorting_dropoffbatch SET tallied_at = NULL, tally_run_id = NULL")
    for table in ("points_account", "sorting_dropoffbatch", "sorting_dropoff", "households_household"):
        run(f"VACUUM ANALYZE {table}")
    run("CHECKPOINT")


def checksum() -> tuple[tuple[object, ...], ...]:
    """What a pass left: balances, transfers, days and settlements, added up so that equal work gives equal figures."""
    return tuple(
        _row(statement)
        for statement in (
            "SELECT COUNT(*), SUM(balance_points), SUM(balance_points * id) FROM points_account",
            "SELECT SUM(points), SUM(points * household_id) FROM points_transfer",
            "SELECT COUNT(*), SUM(drop_off_count), SUM(weight_g), SUM(points), SUM(weight_g * household_id) "
            "FROM points_householdday",
            "SELECT COUNT(*), SUM(awarded_points), SUM(awarded_points * household_id) FROM points_daysettlement",
            "SELECT COUNT(*), SUM(drop_off_count), SUM(weight_g), SUM(household_count) FROM indicators_communityday",
        )
    )


def run(statement: str) -> None:
    """One statement, committed by itself."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _row(statement: str) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return tuple(cursor.fetchone())


_DISTRICT = (
    "INSERT INTO households_subdistrict (name) VALUES ('bench')",
    """INSERT INTO households_community (subdistrict_id, name, is_urban_core, is_pilot)
       SELECT s.id, 'bench ' || n, true, true FROM households_subdistrict s, generate_series(1, {communities}) n""",
    """INSERT INTO sorting_collectionpoint (community_id, name)
       SELECT c.id, 'p' || n FROM generate_series(0, {bins} - 1) n
       JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS i FROM households_community) c
         ON c.i = n % {communities}""",
    """INSERT INTO sorting_smartbin (code, point_id, categories, registered_at)
       SELECT 'B-' || id, id, 'FOOD;RESIDUAL;RECYCLABLE;HAZARDOUS', now() FROM sorting_collectionpoint""",
    """INSERT INTO households_household
           (community_id, serial, code, building, unit, room, enrolled_on)
       SELECT p.community_id, n + 1, lpad(n::text, 15, '0'), '1', '1', n::text, current_date - 365
       FROM generate_series(0, {households} - 1) n
       JOIN (SELECT community_id, row_number() OVER (ORDER BY id) - 1 AS i FROM sorting_collectionpoint) p
         ON p.i = n % {bins}""",
    """INSERT INTO points_account (kind, household_id, balance_points)
       SELECT kind, h.id, 0 FROM households_household h, (VALUES ('PENDING'), ('AVAILABLE')) k (kind)""",
)

_BACKLOG = (
    """INSERT INTO sorting_dropoffbatch
           (kind, door, bin_id, community_id, boot_id, received_at, due_at, event_count, digest, is_awarding)
       SELECT 'DROP_OFFS', 'HTTP', b.id, p.community_id, '', now(), now(), {events}, '', true
       FROM generate_series(0, {batches} - 1) n
       JOIN (SELECT id, point_id, row_number() OVER (ORDER BY id) - 1 AS i FROM sorting_smartbin) b
         ON b.i = n % {bins}
       JOIN sorting_collectionpoint p ON p.id = b.point_id ORDER BY n""",
    """INSERT INTO sorting_dropoff
           (batch_id, bin_id, community_id, household_id, event_id, card, card_key, method, category, sub_class,
            weight_g, occurred_at, occurred_on, is_in_window, is_category_served)
       SELECT s.batch_id, s.bin_id, s.community_id, h.id, 'e' || s.i, '', '', 'CARD',
              (ARRAY['FOOD','FOOD','FOOD','FOOD','FOOD','RESIDUAL','RESIDUAL','RESIDUAL','RECYCLABLE','HAZARDOUS'])
                  [1 + floor(random() * 9.3)::int],
              '', 100 + floor(random() * 3000)::int, s.moment, (s.moment AT TIME ZONE 'Asia/Shanghai')::date,
              random() < 0.75, true
       FROM (SELECT b.id AS batch_id, b.bin_id, b.community_id, b.nth, (b.turn * {events} + e) AS i,
                    now() - make_interval(
                        secs => (1 - (b.turn * {events} + e)::float / ({batches_a_bin} * {events} + {events}))
                                * {days} * 86400) AS moment,
                    floor(random() * {homes})::int AS home
             FROM (SELECT id, bin_id, community_id, dense_rank() OVER (ORDER BY bin_id) - 1 AS nth,
                          row_number() OVER (PARTITION BY bin_id ORDER BY id) - 1 AS turn
                   FROM sorting_dropoffbatch) b, generate_series(0, {events} - 1) e OFFSET 0) s
       JOIN (SELECT id, (serial - 1) % {bins} AS nth, (serial - 1) / {bins} AS home FROM households_household) h
         ON h.nth = s.nth AND h.home = s.home
       ORDER BY s.batch_id, s.i""",
    "VACUUM ANALYZE sorting_dropoff",
)
