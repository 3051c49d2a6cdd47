"""The screens of the back office for bins and what they sent."""

from sorting.admin import alerts, bins, card_printings, claims, drop_offs, photos, points, verdicts

__all__ = ["alerts", "bins", "card_printings", "claims", "drop_offs", "photos", "points", "verdicts"]
