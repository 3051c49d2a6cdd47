"""Guides: which communities are given to them, and from when to when."""
