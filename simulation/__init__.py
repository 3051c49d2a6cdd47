"""Simulated bins and made-up districts: acts from outside, through the doors. Knows nothing of how a tally works."""
