"""Simulated bins: what a district's bins measure, send, hold back and get wrong, and what must come of it.

Pure: `calibration` the measured figures, `layout` who stands where, `days` what is dropped off, `machines` what a bin
makes of it, `deliveries` when it is sent and with which faults, `oracle` what must come of it. `sending` sends,
`district` makes the rows, `checking` compares, `screen` shows, `running` holds them together.
"""
