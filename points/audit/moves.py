"""Points that moved with people: each row is two transfers of its points, and nothing else moved in its name."""

from lib import dialect
from points.audit.report import AuditReport


def check_moves(*, report: AuditReport) -> None:
    """Compare moves and their transfers, both ways."""
    for move_id, points, out, into in dialect.fetch(_UNPOSTED):
        report.add(
            kind="move_not_its_transfers", row=f"move {move_id}", message=f"转户 {points},账上转出 {out},转入 {into}"
        )
    for transfer_id, reference in dialect.fetch(_UNKNOWN):
        report.add(
            kind="move_missing",
            row=f"transfer {transfer_id} {reference}",
            message="没有转户记录与之对应 (no move of points stands behind it)",
        )


_SIDE = """
    JOIN points_transfer {t} ON {t}.reference = 'move/' || CAST(m.id AS varchar) || '/{part}' AND {t}.reason = 'MOVE'
     AND {t}.household_id = m.{household}_id AND {t}.points = m.points"""
_OUT = _SIDE.format(t="o", part="out", household="household")
_INTO = _SIDE.format(t="i", part="in", household="successor")

_UNPOSTED = f"""
    SELECT m.id, m.points, COALESCE(o.points, 0), COALESCE(i.points, 0)
    FROM points_pointmove m LEFT {_OUT} LEFT {_INTO}
    WHERE o.id IS NULL OR i.id IS NULL ORDER BY m.id"""  # noqa: S608

_UNKNOWN = f"""
    SELECT x.id, x.reference FROM points_transfer x
    WHERE (x.reason = 'MOVE' OR x.reference LIKE 'move/%')
      AND x.id NOT IN (SELECT o.id FROM points_pointmove m {_OUT})
      AND x.id NOT IN (SELECT i.id FROM points_pointmove m {_INTO})
    ORDER BY x.id"""  # noqa: S608
