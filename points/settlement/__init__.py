"""Settling household-days: what a day earns is a function of its facts; the ledger posts the difference."""

from points.settlement.settle import DAY_TOTALS, rate_staged_days, settle_staged_days
from points.settlement.staging import stage_days, stage_due_days

__all__ = ["DAY_TOTALS", "rate_staged_days", "settle_staged_days", "stage_days", "stage_due_days"]
