"""Counts every CommunityDay and HouseholdDay again from the raw drop-offs, and compares or repairs.

Nothing is shared with the tally: other statements, and points by points.rules, which is the specification.
"""

from indicators.recount.community_days import community_day_differences
from indicators.recount.differences import Difference
from indicators.recount.household_days import household_day_differences
from indicators.recount.repair import Repair, repair_days

__all__ = [
    "Difference",
    "Repair",
    "community_day_differences",
    "household_day_differences",
    "repair_days",
]
