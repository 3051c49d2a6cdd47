"""Balances against transfers, the ledger's identity, and rows whose other half is missing."""

from lib import dialect
from points.audit.report import AuditReport


def check_balances(*, report: AuditReport) -> None:
    """Every household account holds the sum of its transfers, and no less than nothing."""
    rows = dialect.fetch(
        """SELECT a.id, a.household_id, a.kind, a.balance_points, COALESCE(m.points, 0)
           FROM points_account a
           LEFT JOIN (SELECT account_id, SUM(points) AS points
                      FROM (SELECT credit_id AS account_id, points FROM points_transfer
                            UNION ALL SELECT debit_id, -points FROM points_transfer) each_side
                      GROUP BY account_id) m ON m.account_id = a.id
           WHERE a.household_id IS NOT NULL
             AND (a.balance_points <> COALESCE(m.points, 0) OR a.balance_points < 0)"""
    )
    for account_id, household_id, kind, balance, moved in rows:
        report.add(
            kind="balance_wrong",
            row=f"account {account_id} household {household_id} {kind}",
            message=f"余额 {balance},划转合计 {moved}",
        )


def check_identity(*, report: AuditReport) -> None:
    """AWARD + BONUS = held + (REDEEM - REFUND) + EXPIRE + REVERSE + PENALTY; REVERSE net of penalties it gave back."""
    issued, redeemed, expired, reversed_, penalised = (
        _net_into(kind) for kind in ("ISSUED", "REDEEMED", "EXPIRED", "REVERSED", "PENALISED")
    )
    held = int(dialect.fetch("SELECT COALESCE(SUM(balance_points), 0) FROM points_account")[0][0])
    gone = redeemed + expired + reversed_ + penalised
    if -issued != held + gone:
        report.add(
            kind="identity_broken",
            row="ledger",
            message=f"发放 {-issued} ≠ 持有 {held} + 兑换 {redeemed} + 过期 {expired} + 冲正 {reversed_}"
            f" + 扣减 {penalised}",
        )
    wrong = dialect.fetch(
        """SELECT t.id, t.reference FROM points_transfer t
           JOIN points_account d ON d.id = t.debit_id JOIN points_account c ON c.id = t.credit_id
           WHERE NOT (CASE t.reason
               WHEN 'AWARD' THEN d.kind = 'ISSUED' AND c.kind = 'PENDING'
               WHEN 'BONUS' THEN d.kind = 'ISSUED' AND c.kind = 'AVAILABLE'
               WHEN 'RELEASE' THEN d.kind = 'PENDING' AND c.kind = 'AVAILABLE'
               WHEN 'PENALTY' THEN d.kind = 'AVAILABLE' AND c.kind = 'PENALISED'
               WHEN 'REDEEM' THEN d.kind = 'AVAILABLE' AND c.kind = 'REDEEMED'
               WHEN 'REFUND' THEN d.kind = 'REDEEMED' AND c.kind = 'AVAILABLE'
               WHEN 'MOVE' THEN (d.kind = 'AVAILABLE' AND c.kind = 'MOVED')
                                OR (d.kind = 'MOVED' AND c.kind = 'AVAILABLE')
               WHEN 'EXPIRE' THEN d.kind = 'AVAILABLE' AND c.kind = 'EXPIRED'
               ELSE c.kind = 'REVERSED' OR (d.kind = 'PENALISED' AND c.kind = 'AVAILABLE') END)"""
    )
    for transfer_id, reference in wrong:
        report.add(kind="reason_wrong", row=f"transfer {transfer_id} {reference}", message="账户与原因不符")


def check_orphans(*, report: AuditReport) -> None:
    """Rows that arrive by the million carry no foreign keys: here is where a missing other half is found."""
    for kind, statement in _ORPHANS.items():
        for (row,) in dialect.fetch(statement):
            report.add(kind=kind, row=str(row), message="所指的行不存在或不一致 (what it points to is missing)")


def _net_into(kind: str) -> int:
    return int(
        dialect.fetch(
            """SELECT COALESCE(SUM(CASE WHEN t.credit_id = a.id THEN t.points ELSE -t.points END), 0)
               FROM points_account a JOIN points_transfer t ON t.credit_id = a.id OR t.debit_id = a.id
               WHERE a.kind = %s AND a.household_id IS NULL""",
            [kind],
        )[0][0]
    )


_ORPHANS = {
    "batch_run_missing": """
        SELECT 'batch ' || CAST(b.id AS varchar) || ' run ' || CAST(b.tally_run_id AS varchar)
        FROM sorting_dropoffbatch b LEFT JOIN points_tallyrun r ON r.id = b.tally_run_id
        WHERE b.tally_run_id IS NOT NULL AND r.id IS NULL""",
    "transfer_account_missing": """
        SELECT 'transfer ' || CAST(t.id AS varchar) FROM points_transfer t
        LEFT JOIN points_account d ON d.id = t.debit_id LEFT JOIN points_account c ON c.id = t.credit_id
        WHERE d.id IS NULL OR c.id IS NULL
           OR COALESCE(d.household_id, t.household_id) <> t.household_id
           OR COALESCE(c.household_id, t.household_id) <> t.household_id""",
    "drop_off_orphan": """
        SELECT 'drop-off ' || CAST(d.id AS varchar) FROM sorting_dropoff d
        LEFT JOIN sorting_dropoffbatch b ON b.id = d.batch_id
        LEFT JOIN sorting_smartbin s ON s.id = d.bin_id
        LEFT JOIN households_community c ON c.id = d.community_id
        LEFT JOIN households_household h ON h.id = d.household_id
        WHERE b.id IS NULL OR s.id IS NULL OR c.id IS NULL OR (d.household_id IS NOT NULL AND h.id IS NULL)""",
    "settlement_orphan": """
        SELECT 'settlement ' || CAST(s.household_id AS varchar) || '/' || CAST(s.occurred_on AS varchar)
        FROM points_daysettlement s LEFT JOIN households_household h ON h.id = s.household_id WHERE h.id IS NULL""",
}
