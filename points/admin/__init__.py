"""Points in the back office, a file a noun."""

from points.admin import corrections, flags, ledger

__all__ = ["corrections", "flags", "ledger"]
