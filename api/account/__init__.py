"""Signing in to the API, out again, and who one is there."""
