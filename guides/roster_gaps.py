"""Gaps of a roster: the hours in which a point is open and nobody is planned. Pure."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hours:
    """From one local time to a later one of the same day; the end excluded."""

    starts_at: dt.time
    ends_at: dt.time


def gaps(*, windows: Iterable[Hours], planned: Iterable[Hours]) -> list[Hours]:
    """What of the windows no planned hours cover, in order. Slots may overlap and may reach over a window's ends."""
    in_order = sorted(planned, key=lambda each: each.starts_at)
    found = []
    for window in sorted(windows, key=lambda each: each.starts_at):
        covered_until = window.starts_at
        for slot in in_order:
            if slot.starts_at >= window.ends_at:
                break
            if slot.starts_at > covered_until:
                found.append(Hours(covered_until, slot.starts_at))
            covered_until = max(covered_until, slot.ends_at)
        if covered_until < window.ends_at:
            found.append(Hours(covered_until, window.ends_at))
    return found
