"""What a settlement posts and records: transfers for the ledger, and the day's new standing."""

from datetime import datetime

from lib import dialect
from points.ledger import platform_account_ids

# part of the reference, amount, debit, credit, reason; PENDING and AVAILABLE are the household's own accounts
_POSTINGS = (
    ("AWARD", "awarded_in", "ISSUED", "PENDING", "AWARD"),
    ("UNAWARD", "awarded_out", "PENDING", "REVERSED", "REVERSE"),
    ("RELEASE", "released", "PENDING", "AVAILABLE", "RELEASE"),
    ("BONUS", "bonus_in", "ISSUED", "AVAILABLE", "BONUS"),
    ("UNPENALTY", "penalty_back", "PENALISED", "AVAILABLE", "REVERSE"),
    ("REVERSE", "release_taken + bonus_taken", "AVAILABLE", "REVERSED", "REVERSE"),
    ("PENALTY", "penalty_taken", "AVAILABLE", "PENALISED", "PENALTY"),
)


def stage_transfers() -> None:
    """Stage the moves of `work_move` in the ledger's `work_transfer`.

    A reference is day/HOUSEHOLD/DATE/NUMBER/PART: settling a day twice under one number cannot pay twice.
    """
    platform = platform_account_ids()
    own = {"PENDING": "p.id", "AVAILABLE": "v.id"}
    present = dialect.fetch(
        "SELECT " + ", ".join(f"COALESCE(SUM({amount}), 0)" for _, amount, *_ in _POSTINGS) + " FROM work_move"  # noqa: S608
    )[0]
    for total, (part, amount, debit, credit, reason) in zip(present, _POSTINGS, strict=True):
        if not total:
            continue
        dialect.execute(
            f"""INSERT INTO work_transfer
                SELECT m.household_id, {own.get(debit) or platform[debit]}, {own.get(credit) or platform[credit]},
                       {amount}, '{reason}',
                       'day/' || CAST(m.household_id AS varchar) || '/' || CAST(m.occurred_on AS varchar) || '/'
                       || CAST(m.number AS varchar) || '/{part}'
                FROM work_move m
                JOIN points_account p ON p.household_id = m.household_id AND p.kind = 'PENDING'
                JOIN points_account v ON v.household_id = m.household_id AND v.kind = 'AVAILABLE'
                WHERE {amount} > 0"""  # noqa: S608
        )


def record_settlements(*, now: datetime) -> None:
    """Write each day's new standing. The number goes up only where something moved or went on record."""
    moved = " + ".join(f"m.{each}" for each in (*_CREDITS, *_ABSORBED, *_WANTED))
    moment = dialect.adapt(value=now)
    dialect.execute(
        f"""INSERT INTO points_daysettlement AS s
                (household_id, occurred_on, programme_id, streak_points, settled_at, first_awarded_at,
                 next_release_at, settlement_count, awarded_points, released_points, bonus_points, penalty_points,
                 release_shortfall_points, bonus_shortfall_points, penalty_shortfall_points)
            SELECT m.household_id, m.occurred_on, m.programme_id, m.streak, %s,
                   CASE WHEN m.awarded_in > 0 THEN %s END, m.next_release_at,
                   CASE WHEN {moved} > 0 THEN m.number ELSE m.number - 1 END,
                   COALESCE(o.awarded_points, 0) + m.awarded_in - m.awarded_out - m.release_taken,
                   COALESCE(o.released_points, 0) + m.released - m.release_taken,
                   COALESCE(o.bonus_points, 0) + m.bonus_in - m.bonus_taken,
                   COALESCE(o.penalty_points, 0) + m.penalty_taken - m.penalty_back,
                   COALESCE(o.release_shortfall_points, 0) - m.release_absorbed + m.release_wanted - m.release_taken,
                   COALESCE(o.bonus_shortfall_points, 0) - m.bonus_absorbed + m.bonus_wanted - m.bonus_taken,
                   COALESCE(o.penalty_shortfall_points, 0) - m.penalty_absorbed + m.penalty_wanted - m.penalty_taken
            FROM work_move m LEFT JOIN points_daysettlement o
              ON o.household_id = m.household_id AND o.occurred_on = m.occurred_on
            WHERE m.number > 0 ORDER BY m.household_id, m.occurred_on
            ON CONFLICT (household_id, occurred_on) DO UPDATE SET
                programme_id = excluded.programme_id, streak_points = excluded.streak_points,
                settled_at = {dialect.words()["greatest"]}(s.settled_at, excluded.settled_at),
                first_awarded_at = COALESCE(s.first_awarded_at, excluded.first_awarded_at),
                next_release_at = excluded.next_release_at,
                settlement_count = excluded.settlement_count,
                awarded_points = excluded.awarded_points, released_points = excluded.released_points,
                bonus_points = excluded.bonus_points, penalty_points = excluded.penalty_points,
                release_shortfall_points = excluded.release_shortfall_points,
                bonus_shortfall_points = excluded.bonus_shortfall_points,
                penalty_shortfall_points = excluded.penalty_shortfall_points""",  # noqa: S608
        [moment, moment],
    )


_CREDITS = ("awarded_in", "awarded_out", "released", "bonus_in", "penalty_back")
_ABSORBED = ("release_absorbed", "bonus_absorbed", "penalty_absorbed")
_WANTED = ("release_wanted", "bonus_wanted", "penalty_wanted")
