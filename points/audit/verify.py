"""The whole audit: triggers, chain, balances, identity, orphans, corrections, every household-day, and rewards."""

from django.db import connection

from lib import dialect
from points.audit.balances import check_balances, check_identity, check_orphans
from points.audit.chain import check_chain
from points.audit.corrections import check_corrections
from points.audit.days import check_days
from points.audit.moves import check_moves
from points.audit.report import AuditReport
from points.audit.rewards import check_rewards
from points.models import DaySettlement
from points.triggers import missing_triggers


def verify_ledger() -> AuditReport:
    """Check everything, in one consistent view of the database. Streams: memory does not grow with the ledger."""
    report = AuditReport()
    with dialect.snapshot():
        for name in missing_triggers(connection=connection):
            report.add(kind="trigger_missing", row=name, message="防篡改触发器缺失 (append-only trigger is gone)")
        check_chain(report=report)
        check_balances(report=report)
        check_identity(report=report)
        check_orphans(report=report)
        check_corrections(report=report)
        check_moves(report=report)
        check_days(report=report)
        check_rewards(report=report)
        report.household_count = DaySettlement.objects.values("household_id").distinct().count()
    return report
