"""Writes: publishing a month's figures."""
