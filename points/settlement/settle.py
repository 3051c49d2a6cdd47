"""Turns rated days into transfers: the difference between what a day comes to and what was posted before.

`work_move` holds, for each day that changes, what moves (in points): awarded_in and awarded_out of PENDING, released,
bonus_in, penalty_back into AVAILABLE, and what is wanted from and taken out of AVAILABLE. Points.models.DaySettlement
says what the columns it is computed from mean.
"""

from datetime import datetime

from lib import dialect
from points import ledger
from points.programmes import ProgrammeBook, load_programme_book
from points.settlement import staging
from points.settlement.facts import count_facts, rate_facts, rate_streaks
from points.settlement.postings import record_settlements, stage_transfers


def settle_staged_days(*, now: datetime) -> None:
    """Rate the staged days, write HouseholdDay and DaySettlement, and stage the transfers for the ledger.

    Needs `work_new` (sorting.services.arrivals), empty where nothing arrived. Locks the households' accounts.
    """
    ledger.open_accounts_of(households_sql="SELECT household_id FROM work_day")
    ledger.lock_accounts_of(household_ids_sql="SELECT household_id FROM work_day")
    # Only now that the accounts are locked are the facts read: another run may just have tallied some.
    book = load_programme_book()
    staging.stage_days_after(book=book)
    named = staging.stage_rules(book=book, now=now)
    staging.keep_released(now=now)
    count_facts(named=named)
    rate_facts()
    rate_streaks()
    _write_household_days(has_sub_classes=bool(named))
    _compute_moves()
    _take_what_is_there()
    ledger.begin_staging()
    stage_transfers()
    record_settlements(now=now)


def rate_staged_days(*, book: ProgrammeBook, now: datetime) -> None:
    """Rate the staged days by another book and post nothing: DAY_TOTALS then says what they would come to.

    Needs `work_new`, empty.
    """
    count_facts(named=staging.stage_rules(book=book, now=now))
    rate_facts()
    rate_streaks()


def _write_household_days(*, has_sub_classes: bool) -> None:
    # Without rules of sub-classes there is one row a category: adding up single rows costs a tenth of the statement.
    key, counts = "household_id, occurred_on, category", ("drop_off_count", "weight_g", "correct_count", "wrong_count")
    rated = (
        f"SELECT {key}, {', '.join(f'SUM({each})' for each in counts)}, SUM(s_points) FROM work_rated GROUP BY {key}"  # noqa: S608
        if has_sub_classes
        else f"SELECT {key}, {', '.join(counts)}, s_points FROM work_rated"  # noqa: S608
    )
    dialect.execute(
        f"""INSERT INTO points_householdday ({key}, {", ".join(counts)}, points)
           {rated} ORDER BY {key}
           ON CONFLICT ({key}) DO UPDATE
           SET {", ".join(f"{each} = excluded.{each}" for each in counts)}, points = excluded.points"""  # noqa: S608
    )


def _compute_moves() -> None:
    dialect.work_table(
        name="work_move",
        columns="household_id bigint, occurred_on date, programme_id bigint, streak integer, number integer, "
        "awarded_in integer, awarded_out integer, "
        "released integer, bonus_in integer, penalty_back integer, release_absorbed integer, bonus_absorbed integer, "
        "penalty_absorbed integer, release_wanted integer, bonus_wanted integer, penalty_wanted integer, "
        "release_taken integer, bonus_taken integer, penalty_taken integer, "
        f"next_release_at {dialect.words()['timestamp']}",
    )
    dialect.execute(f"INSERT INTO work_move {_MOVES.format(**dialect.words(), later=_later())}")


def _later() -> str:
    return dialect.later_sql(moment_sql="t.pending_since", seconds_sql="t.window_s")


# What each rated day comes to, in points: awarded (with the streak), released, bonus, penalty.
DAY_TOTALS = """
    SELECT r.household_id, r.occurred_on, MAX(t.programme_id) AS programme_id, COALESCE(MAX(k.points), 0) AS streak,
           SUM(r.s_points) + COALESCE(MAX(k.points), 0) AS awarded,
           SUM(r.r_points) + CASE WHEN SUM(r.r_points) > 0 THEN COALESCE(MAX(k.points), 0) ELSE 0 END AS released,
           CASE WHEN MAX(r.c_points) > 0 THEN MAX(t.bonus) ELSE 0 END AS bonus,
           SUM(r.penalty_points) AS penalty, MIN(r.pending_since) AS pending_since, MAX(t.window_s) AS window_s
    FROM work_rated r
    JOIN work_terms t ON t.home_id = r.home_id AND t.occurred_on = r.occurred_on
    LEFT JOIN work_streak k ON k.household_id = r.household_id AND k.occurred_on = r.occurred_on
    GROUP BY r.household_id, r.occurred_on"""

# d_: the wanted change of each part; what was recorded as missing is absorbed before new points move.
_CHANGES = f"""
    SELECT t.household_id, t.occurred_on, t.programme_id, t.streak, COALESCE(s.settlement_count, 0) + 1 AS number,
           t.awarded, t.released, t.pending_since, t.window_s,
           t.released - COALESCE(s.released_points - s.release_shortfall_points, 0) AS d_released,
           t.bonus - COALESCE(s.bonus_points - s.bonus_shortfall_points, 0) AS d_bonus,
           t.penalty - COALESCE(s.penalty_points + s.penalty_shortfall_points, 0) AS d_penalty,
           t.awarded - t.released - COALESCE(s.awarded_points - s.released_points, 0) AS d_pending,
           COALESCE(s.release_shortfall_points, 0) AS release_shortfall,
           COALESCE(s.bonus_shortfall_points, 0) AS bonus_shortfall,
           COALESCE(s.penalty_shortfall_points, 0) AS penalty_shortfall
    FROM ({DAY_TOTALS}) t
    LEFT JOIN points_daysettlement s ON s.household_id = t.household_id AND s.occurred_on = t.occurred_on"""  # noqa: S608

_ABSORBED = f"""
    SELECT c.*,
           {{least}}({{greatest}}(c.d_released, 0), c.release_shortfall) AS release_absorbed,
           {{least}}({{greatest}}(c.d_bonus, 0), c.bonus_shortfall) AS bonus_absorbed,
           {{least}}({{greatest}}(-c.d_penalty, 0), c.penalty_shortfall) AS penalty_absorbed
    FROM ({_CHANGES}) c"""  # noqa: S608

_MOVES = f"""
    SELECT t.household_id, t.occurred_on, t.programme_id, t.streak, t.number,
           {{greatest}}(t.d_pending + {{greatest}}(t.d_released, 0) - t.release_absorbed, 0),
           {{greatest}}(-(t.d_pending + {{greatest}}(t.d_released, 0) - t.release_absorbed), 0),
           {{greatest}}(t.d_released, 0) - t.release_absorbed,
           {{greatest}}(t.d_bonus, 0) - t.bonus_absorbed,
           {{greatest}}(-t.d_penalty, 0) - t.penalty_absorbed,
           t.release_absorbed, t.bonus_absorbed, t.penalty_absorbed,
           {{greatest}}(-t.d_released, 0), {{greatest}}(-t.d_bonus, 0), {{greatest}}(t.d_penalty, 0), 0, 0, 0,
           CASE WHEN t.awarded > t.released THEN {{later}} END
    FROM ({_ABSORBED}) t"""  # noqa: S608


def _take_what_is_there() -> None:
    """Of what reversals and penalties want from AVAILABLE, take what is there, day after day; the rest goes on record.

    This run's own credits count as there.
    """
    wanted = "release_wanted + bonus_wanted + penalty_wanted"
    if not dialect.fetch(f"SELECT 1 FROM work_move WHERE {wanted} > 0 LIMIT 1"):  # noqa: S608
        return
    words = dialect.words()
    dialect.execute(
        f"""UPDATE work_move SET
                release_taken = {words["least"]}(release_wanted, k.taken),
                bonus_taken = {words["least"]}(bonus_wanted, {words["greatest"]}(k.taken - release_wanted, 0)),
                penalty_taken = {words["greatest"]}(k.taken - release_wanted - bonus_wanted, 0)
            FROM (SELECT q.household_id, q.occurred_on,
                         {words["least"]}(q.wanted_so_far, q.funds)
                         - {words["least"]}(q.wanted_so_far - q.wanted, q.funds) AS taken
                  FROM (SELECT m.household_id, m.occurred_on, {wanted} AS wanted,
                               SUM({wanted}) OVER (PARTITION BY m.household_id ORDER BY m.occurred_on) AS wanted_so_far,
                               a.balance_points
                               + SUM(released + bonus_in + penalty_back) OVER (PARTITION BY m.household_id) AS funds
                        FROM work_move m JOIN points_account a
                          ON a.household_id = m.household_id AND a.kind = 'AVAILABLE') q) k
            WHERE k.household_id = work_move.household_id AND k.occurred_on = work_move.occurred_on
              AND {wanted} > 0"""  # noqa: S608
    )
