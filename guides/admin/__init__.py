"""The screens of the back office for guides: where they work and when, what they found, how much is sampled."""

from guides.admin import rosters, sampling, supervision

__all__ = ["rosters", "sampling", "supervision"]
