"""Rewards: stock against its movements, redemptions against their transfers and events, settlements against lines."""

from lib import dialect
from points.audit.report import AuditReport


def check_rewards(*, report: AuditReport) -> None:
    """Name every reward whose stock, and every redemption or settlement whose other halves, do not add up."""
    for kind, (statement, message) in _CHECKS.items():
        for (row,) in dialect.fetch(statement):
            report.add(kind=kind, row=str(row), message=message)


# Reserved or collected, it is paid once; cancelled or expired, it is paid and refunded once; nothing else moves.
_PAID = """SELECT r.id FROM points_redemption r
           LEFT JOIN points_transfer p ON p.reference = 'redemption/' || CAST(r.id AS varchar) || '/redeem'
                AND p.reason = 'REDEEM' AND p.household_id = r.household_id AND p.points = r.points
           LEFT JOIN points_transfer b ON b.reference = 'redemption/' || CAST(r.id AS varchar) || '/refund'
                AND b.reason = 'REFUND' AND b.household_id = r.household_id AND b.points = r.points
           WHERE p.id IS NULL OR (b.id IS NOT NULL) <> (r.status IN ('CANCELLED', 'EXPIRED'))"""

_CHECKS = {
    "stock_wrong": (
        """SELECT 'reward ' || CAST(r.id AS varchar)
           FROM points_reward r
           LEFT JOIN (SELECT reward_id, SUM(quantity) AS quantity FROM points_stockmovement GROUP BY reward_id) m
             ON m.reward_id = r.id
           LEFT JOIN (SELECT reward_id, SUM(quantity) AS quantity FROM points_redemption
                      WHERE status IN ('RESERVED', 'COLLECTED') GROUP BY reward_id) h ON h.reward_id = r.id
           WHERE (r.stock_count IS NOT NULL
                  AND r.stock_count <> COALESCE(m.quantity, 0) - COALESCE(h.quantity, 0))
              OR (r.stock_count IS NULL AND m.quantity IS NOT NULL)""",
        "库存 ≠ 变动合计 - 兑换中和已领取的数量 (stock is not movements less redemptions)",
    ),
    "redemption_transfers_wrong": (
        f"SELECT 'redemption ' || CAST(id AS varchar) FROM ({_PAID}) unpaid",  # noqa: S608
        "兑换单与账上的划转不符 (its transfers do not add up)",
    ),
    "redemption_missing": (
        """SELECT 'transfer ' || CAST(t.id AS varchar) || ' ' || t.reference
           FROM points_transfer t
           LEFT JOIN (SELECT 'redemption/' || CAST(id AS varchar) || '/redeem' AS reference FROM points_redemption
                      UNION ALL SELECT 'redemption/' || CAST(id AS varchar) || '/refund' FROM points_redemption) r
             ON r.reference = t.reference
           WHERE t.reason IN ('REDEEM', 'REFUND') AND r.reference IS NULL""",
        "账上有兑换而无兑换单 (points were spent beside the redemptions)",
    ),
    "redemption_events_wrong": (
        """SELECT 'redemption ' || CAST(r.id AS varchar)
           FROM points_redemption r
           LEFT JOIN points_redemptionevent o ON o.redemption_id = r.id AND o.status = 'RESERVED'
           LEFT JOIN points_redemptionevent c ON c.redemption_id = r.id AND c.status <> 'RESERVED'
           WHERE o.id IS NULL OR COALESCE(c.status, 'RESERVED') <> r.status
              OR (c.id IS NOT NULL AND (c.at <> r.closed_at OR COALESCE(c.shop_id, 0) <> COALESCE(r.shop_id, 0)))""",
        "兑换单与兑换记录不符 (its events say otherwise)",
    ),
    "shop_settlement_wrong": (
        """SELECT 'settlement ' || CAST(s.id AS varchar)
           FROM points_shopsettlement s
           LEFT JOIN (SELECT l.settlement_id, COUNT(*) AS line_count, SUM(l.points) AS points,
                             SUM(CASE WHEN r.status = 'COLLECTED' AND r.points = l.points AND r.quantity = l.quantity
                                      THEN 0 ELSE 1 END) AS wrong_count
                      FROM points_shopsettlementline l JOIN points_redemption r ON r.id = l.redemption_id
                      GROUP BY l.settlement_id) l ON l.settlement_id = s.id
           WHERE s.redemption_count <> COALESCE(l.line_count, 0) OR s.points <> COALESCE(l.points, 0)
              OR COALESCE(l.wrong_count, 0) > 0""",
        "结算单与明细或兑换单不符 (it is not the sum of its redemptions)",
    ),
    "redemption_unsettled": (
        """SELECT 'redemption ' || CAST(r.id AS varchar)
           FROM points_redemption r
           JOIN (SELECT s.shop_id, MAX(l.collected_at) AS settled_until
                 FROM points_shopsettlement s JOIN points_shopsettlementline l ON l.settlement_id = s.id
                 GROUP BY s.shop_id) u ON u.shop_id = r.shop_id
           LEFT JOIN points_shopsettlementline l ON l.redemption_id = r.id
           WHERE r.status = 'COLLECTED' AND l.id IS NULL AND r.closed_at < u.settled_until""",
        "已结账的月份里有一张兑换单没有结 (it was handed out in a closed month and is in no settlement)",
    ),
}
