"""Conformance: walks a bin through every answer of the device protocol, and a platform through every question."""
