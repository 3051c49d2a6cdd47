"""Proves the ledger whole and the points equal to the facts, or names every row that is not. Reads only."""

from points.audit.report import AuditReport, Fault
from points.audit.verify import verify_ledger

__all__ = ["AuditReport", "Fault", "verify_ledger"]
