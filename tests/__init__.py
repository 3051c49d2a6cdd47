"""Tests: sentences about named people."""
