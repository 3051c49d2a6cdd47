"""What a department has to report: in time on the last day, late the day after, and never late while it is reviewed."""

import datetime as dt

import pytest

from indicators.duties import DutyStanding, DutyState, standing_of_duty

DUE = dt.date(2026, 1, 31)
BEFORE, AFTER = DUE - dt.timedelta(days=1), DUE + dt.timedelta(days=3)


@pytest.mark.parametrize(
    ("verdict", "entered_on", "today", "standing"),
    [
        (None, None, DUE, DutyStanding(DutyState.MISSING, 0, 0)),
        (None, None, AFTER, DutyStanding(DutyState.MISSING, 3, 0)),
        ("RETURNED", BEFORE, AFTER, DutyStanding(DutyState.RETURNED, 3, 0)),
        (None, DUE, AFTER, DutyStanding(DutyState.WAITING, 0, 0)),
        (None, AFTER, AFTER, DutyStanding(DutyState.WAITING, 0, 3)),
        ("ACCEPTED", AFTER, AFTER + dt.timedelta(days=9), DutyStanding(DutyState.ACCEPTED, 0, 3)),
    ],
)
def test_where_a_duty_stands(
    verdict: str | None, entered_on: dt.date | None, today: dt.date, standing: DutyStanding
) -> None:
    assert standing_of_duty(verdict=verdict, entered_on=entered_on, due_on=DUE, today=today) == standing
