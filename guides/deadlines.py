"""When something is due, and which steps its deadline has reached. Pure: no ORM."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from guides.models.supervision import Step


@dataclass(frozen=True, slots=True)
class Hours:
    """What guides.models.TimeAllowed says, in whole hours."""

    due_h: int
    remind_h: int
    street_h: int
    district_h: int


@dataclass(frozen=True, slots=True)
class TimesAllowed:
    """Every (subject, kind, since, hours) that was ever set, the oldest first."""

    rows: tuple[tuple[str, str, dt.datetime, Hours], ...]

    def at(self, *, subject: str, kind: str, moment: dt.datetime) -> Hours:
        """What held for a thing that began at the moment."""
        found = [hours for its, of, since, hours in self.rows if (its, of) == (subject, kind) and since <= moment]
        return found[-1]  # the migrations set every kind from before there were any

    def due_at(self, *, subject: str, kind: str, moment: dt.datetime) -> dt.datetime:
        """Until when a thing that began at the moment is to be over."""
        return moment + dt.timedelta(hours=self.at(subject=subject, kind=kind, moment=moment).due_h)


def times_allowed(rows: Iterable[tuple[str, str, dt.datetime, int, int, int, int]]) -> TimesAllowed:
    """Of (subject, kind, since, due, remind, street, district) in order of time."""
    return TimesAllowed(tuple((subject, kind, since, Hours(*hours)) for subject, kind, since, *hours in rows))


def steps_reached(*, due_at: dt.datetime, hours: Hours, now: dt.datetime) -> list[Step]:
    """The steps of something that is still open, in order; past its deadline nobody is told that it is near."""
    if now < due_at:
        return [Step.SOON] if due_at - dt.timedelta(hours=hours.remind_h) <= now else []
    after = {Step.DUE: 0, Step.STREET: hours.street_h, Step.DISTRICT: hours.district_h}
    return [step for step, late_h in after.items() if due_at + dt.timedelta(hours=late_h) <= now]
