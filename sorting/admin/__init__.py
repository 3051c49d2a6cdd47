"""The screens of the back office for bins and what they sent."""

from sorting.admin import bins, drop_offs, verdicts

__all__ = ["bins", "drop_offs", "verdicts"]
