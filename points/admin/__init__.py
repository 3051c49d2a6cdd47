"""Points in the back office, a file a noun."""

from points.admin import corrections, ledger

__all__ = ["corrections", "ledger"]
