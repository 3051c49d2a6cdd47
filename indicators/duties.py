"""How a department stands with what it has to report: pure, from the deadline and the last attempt."""

import datetime as dt
import enum
from dataclasses import dataclass


class DutyState(enum.StrEnum):
    """What became of one indicator's value of one period."""

    MISSING = "MISSING"
    RETURNED = "RETURNED"
    WAITING = "WAITING"
    ACCEPTED = "ACCEPTED"


class ReminderStep(enum.StrEnum):
    """When a department is reminded of what it has to report."""

    SEVEN_DAYS = "7"
    ONE_DAY = "1"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class DutyStanding:
    """The state, whether the department is late today, and by how many days what it entered was late (0: in time)."""

    state: DutyState
    overdue_days: int
    entered_late_days: int


def standing_of_duty(
    *, verdict: str | None, entered_on: dt.date | None, due_on: dt.date, today: dt.date
) -> DutyStanding:
    """Where the duty stands: `entered_on` is the local day of the last attempt, `verdict` what its review says.

    The last day counts as in time. What waits for a reviewer is not the department's delay.
    """
    if entered_on is None:
        state = DutyState.MISSING
    elif verdict is None:
        state = DutyState.WAITING
    else:
        state = DutyState(verdict)
    is_open = state in (DutyState.MISSING, DutyState.RETURNED)
    return DutyStanding(
        state=state,
        overdue_days=max(0, (today - due_on).days) if is_open else 0,
        entered_late_days=max(0, (entered_on - due_on).days) if entered_on is not None else 0,
    )


def reminder_step(*, standing: DutyStanding, due_on: dt.date, today: dt.date) -> ReminderStep | None:
    """The reminder that is due today or was due before and has no later one; None where nothing is to be entered."""
    if standing.state not in (DutyState.MISSING, DutyState.RETURNED):
        return None
    days = (due_on - today).days
    if days < 0:
        return ReminderStep.OVERDUE
    if days <= 1:
        return ReminderStep.ONE_DAY
    return ReminderStep.SEVEN_DAYS if days <= 7 else None
