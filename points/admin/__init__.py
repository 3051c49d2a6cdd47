"""Points in the back office, a file a noun."""

from points.admin import corrections, flags, ledger, moves, redemptions, rewards, shops

__all__ = ["corrections", "flags", "ledger", "moves", "redemptions", "rewards", "shops"]
