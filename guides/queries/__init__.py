"""Reads: who may see what, the drop-offs at a point, what to look at, how sorting is."""

from guides.queries.assignments import community_ids_of_guide, photo_for_guide

__all__ = ["community_ids_of_guide", "photo_for_guide"]
