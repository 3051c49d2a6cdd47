"""How long problems and alerts took, and how many were over in time. Pure: no ORM."""

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Lasting:
    """One problem or alert: when it began, by when it was due, when it was over (None: it is not)."""

    subject: str
    kind: str
    community: str
    began_at: dt.datetime
    due_at: dt.datetime
    ended_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ResponseTimes:
    """Of several. The hours rest on `ended_count` of them; the share in time on `known_count`: over, or overdue."""

    begun_count: int
    ended_count: int
    median_h: Fraction | None
    ninetieth_h: Fraction | None
    in_time_count: int
    known_count: int

    @property
    def in_time_rate(self) -> Fraction | None:
        """0..1; None where of none is it known."""
        return Fraction(self.in_time_count, self.known_count) if self.known_count else None


def response_times(lasting: Iterable[Lasting], *, now: dt.datetime) -> ResponseTimes:
    """The median, and the time within which 90 % were over (nearest rank), of those that are over."""
    rows = list(lasting)
    ended = [(row, row.ended_at) for row in rows if row.ended_at is not None]
    hours = sorted(Fraction((end - row.began_at) // dt.timedelta(seconds=1), 3600) for row, end in ended)
    in_time_count = sum(end <= row.due_at for row, end in ended)
    return ResponseTimes(
        begun_count=len(rows),
        ended_count=len(ended),
        median_h=(hours[(len(hours) - 1) // 2] + hours[len(hours) // 2]) / 2 if hours else None,
        ninetieth_h=hours[math.ceil(len(hours) * 9 / 10) - 1] if hours else None,
        in_time_count=in_time_count,
        known_count=len(ended) + sum(row.ended_at is None and row.due_at < now for row in rows),
    )
