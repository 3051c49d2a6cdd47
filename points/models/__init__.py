"""The ledger (Account, Transfer, TallyRun), the programme's rules, and what each household-day was paid."""

from points.models.days import DaySettlement, HouseholdDay
from points.models.ledger import Account, AccountKind, Reason, RunKind, TallyRun, Transfer
from points.models.programme import PointRule, Programme, RuleUnit

__all__ = [
    "Account",
    "AccountKind",
    "DaySettlement",
    "HouseholdDay",
    "PointRule",
    "Programme",
    "Reason",
    "RuleUnit",
    "RunKind",
    "TallyRun",
    "Transfer",
]
