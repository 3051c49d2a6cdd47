"""The screens of the back office for bins and what they sent."""

from sorting.admin import alerts, bins, drop_offs, verdicts

__all__ = ["alerts", "bins", "drop_offs", "verdicts"]
