"""Flags: what looks unfair is found at night and put before a person. Nothing here moves a point by itself."""
