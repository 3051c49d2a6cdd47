"""The screens of the back office for bins and what they sent."""

from sorting.admin import alerts, bins, claims, drop_offs, photos, points, verdicts

__all__ = ["alerts", "bins", "claims", "drop_offs", "photos", "points", "verdicts"]
