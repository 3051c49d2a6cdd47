"""Late and early: a shift held against the roster. Pure."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

GRACE_MIN = 5  # minutes on either side that nobody counts
SHIFT_MAX = dt.timedelta(hours=12)  # longer stands nobody at a bin: whoever still seems to forgot to clock out


@dataclass(frozen=True, slots=True)
class Slot:
    """When a guide is to be at a point: aware moments."""

    point_id: int
    starts_at: dt.datetime
    ends_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Punctuality:
    """How a shift lay against its slot: whole minutes late at the start and early at the end, 0 within the grace.

    `slot` is None for a shift that no slot of the roster touches; then neither is counted.
    """

    slot: Slot | None
    late_min: int = 0
    early_min: int = 0


def punctuality(
    *, point_id: int, started_at: dt.datetime, ended_at: dt.datetime | None, slots: Iterable[Slot], now: dt.datetime
) -> Punctuality:
    """The shift against the slot at its point that it overlaps longest. An open shift is not early yet."""
    until = ended_at or now
    overlaps = [
        (min(until, slot.ends_at) - max(started_at, slot.starts_at), slot)
        for slot in slots
        if slot.point_id == point_id and slot.starts_at < until and started_at < slot.ends_at
    ]
    if not overlaps:
        return Punctuality(slot=None)
    slot = max(overlaps, key=lambda pair: pair[0])[1]
    return Punctuality(
        slot=slot,
        late_min=_beyond_grace(started_at - slot.starts_at),
        early_min=_beyond_grace(slot.ends_at - ended_at) if ended_at else 0,
    )


def _beyond_grace(missing: dt.timedelta) -> int:
    minutes = int(missing.total_seconds() // 60)
    return minutes if minutes > GRACE_MIN else 0
