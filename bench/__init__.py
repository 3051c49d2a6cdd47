"""Benchmarks: each prints a ratio to the raw limit measured in the same run."""
