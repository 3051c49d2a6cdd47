"""Corrections: each that was approved moved what it says, once, and nothing else moved in a correction's name.

And the one that a flag names takes from the household that the flag is about, or from where its people went.
"""

from lib import dialect
from points.audit.report import AuditReport


def check_corrections(*, report: AuditReport) -> None:
    """Compare corrections and their transfers, both ways."""
    for correction_id, moved, posted in dialect.fetch(_UNPOSTED):
        report.add(
            kind="correction_not_its_transfers",
            row=f"correction {correction_id}",
            message=f"更正 {moved},账上 {posted}",
        )
    for transfer_id, reference in dialect.fetch(_UNDECIDED):
        report.add(
            kind="correction_missing",
            row=f"transfer {transfer_id} {reference}",
            message="没有批准过的更正与之对应 (no approved correction moved it)",
        )
    for flag_id, correction_id in dialect.fetch(_NOT_OF_FLAG):
        report.add(
            kind="flag_not_its_correction",
            row=f"flag {flag_id}",
            message=f"更正 {correction_id} 不是从这条线索的住户扣减的 (it takes from another household, or gives)",
        )


# The reference is made from the correction, so that an index finds it; what it moved counts with its sign.
_OF_CORRECTION = """
    FROM points_pointcorrection c
    {join} JOIN points_transfer t
      ON t.reference = 'correction/' || CAST(c.id AS varchar)
                       || CASE WHEN c.points > 0 THEN '/BONUS' ELSE '/REVERSE' END
     AND t.household_id = c.household_id AND t.reason = CASE WHEN c.points > 0 THEN 'BONUS' ELSE 'REVERSE' END"""
_MOVED = "COALESCE(CASE WHEN t.reason = 'BONUS' THEN t.points ELSE -t.points END, 0)"

_UNPOSTED = f"""
    SELECT c.id, COALESCE(c.moved_points, 0), {_MOVED} {_OF_CORRECTION.format(join="LEFT")}
    WHERE COALESCE(c.moved_points, 0) <> {_MOVED} ORDER BY c.id"""

_UNDECIDED = f"""
    SELECT x.id, x.reference FROM points_transfer x
    WHERE x.reference LIKE 'correction/%' AND x.id NOT IN (SELECT t.id {_OF_CORRECTION.format(join="")})
    ORDER BY x.id"""  # noqa: S608

# UNION keeps each home once, so homes that name each other end it too.
_NOT_OF_FLAG = """
    WITH RECURSIVE home(flag_id, household_id) AS (
        SELECT id, household_id FROM points_flag WHERE correction_id IS NOT NULL
        UNION
        SELECT home.flag_id, h.successor_id FROM home
        JOIN households_householdchange h ON h.household_id = home.household_id AND h.kind <> 'SPLIT')
    SELECT f.id, c.id FROM points_flag f JOIN points_pointcorrection c ON c.id = f.correction_id
    WHERE c.points > 0 OR NOT EXISTS (
        SELECT 1 FROM home WHERE home.flag_id = f.id AND home.household_id = c.household_id)
    ORDER BY f.id"""
