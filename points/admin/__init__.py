"""Points in the back office, a file a noun."""

from points.admin import ledger

__all__ = ["ledger"]
