"""What a household's first screen shows of its points, read at once: a slow phone on a slow line opens it most."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from households.models import Household
from lib import dialect
from points.models import DaySettlement


@dataclass(frozen=True, slots=True)
class Beside:
    """A SELECT of one row that is read in the same statement; what it means is its maker's affair."""

    sql: str
    params: Sequence[Any]


NOTHING = Beside(sql="SELECT NULL", params=())


@dataclass(frozen=True, slots=True)
class FirstScreen:
    """Both balances, how many notices are unread, and the settled days since a day and those that still wait.

    `beside` is the row of what was read beside them.
    """

    available_points: int
    pending_points: int
    unread_count: int
    settlements: tuple[DaySettlement, ...]
    beside: tuple[Any, ...]

    @property
    def next_release_at(self) -> dt.datetime | None:
        """When the first pending points are released unless they are judged before; None where none wait."""
        waiting = [
            each.next_release_at
            for each in self.settlements
            if each.next_release_at is not None and each.awarded_points > each.released_points
        ]
        return min(waiting, default=None)

    def net_points(self, *, first_on: dt.date, last_on: dt.date) -> int:
        """What the days earned in all, both dates included; `first_on` is not before the day that was read from."""
        return sum(
            each.awarded_points + each.bonus_points - each.penalty_points
            for each in self.settlements
            if first_on <= each.occurred_on <= last_on
        )

    def earning_days(self, *, until: dt.date) -> int:
        """How many days in a row earned points up to `until`, counted back to the day that was read from."""
        earning = {
            each.occurred_on for each in self.settlements if each.awarded_points - each.release_shortfall_points > 0
        }
        count = 0
        while until - dt.timedelta(days=count) in earning:
            count += 1
        return count


def read_first_screen(*, household: Household, since: dt.date, beside: Beside = NOTHING) -> FirstScreen:
    """The figures in one query: the days from `since` on, and those before that still hold pending points."""
    rows = dialect.fetch(_READ.format(beside=beside.sql), [*beside.params, dialect.adapt(value=since), household.pk])
    available_points, pending_points, unread_count = rows[0][:3]
    return FirstScreen(
        available_points=available_points,
        pending_points=pending_points,
        unread_count=unread_count,
        settlements=tuple(
            _settlement(household=household, columns=row[3:_BESIDE]) for row in rows if row[3] is not None
        ),
        beside=tuple(rows[0][_BESIDE:]),
    )


# The columns of a day in the order of _READ, after its date and the moment of its next release.
_POINTS = (
    "awarded_points",
    "released_points",
    "bonus_points",
    "penalty_points",
    "release_shortfall_points",
    "bonus_shortfall_points",
    "penalty_shortfall_points",
)
_BESIDE = 3 + 2 + len(_POINTS)  # where the columns of what is read beside begin


def _settlement(*, household: Household, columns: tuple[Any, ...]) -> DaySettlement:
    on, release_at, *points = columns
    return DaySettlement(
        household_id=household.pk,
        occurred_on=on if isinstance(on, dt.date) else dt.date.fromisoformat(str(on)),
        next_release_at=None if release_at is None else dialect.moment(value=release_at),
        **dict(zip(_POINTS, points, strict=True)),
    )


# MATERIALIZED: once, not once for every day.
_READ = f"""
    WITH beside AS MATERIALIZED ({{beside}})
    SELECT COALESCE((SELECT a.balance_points FROM points_account a
                     WHERE a.household_id = h.id AND a.kind = 'AVAILABLE'), 0),
           COALESCE((SELECT a.balance_points FROM points_account a
                     WHERE a.household_id = h.id AND a.kind = 'PENDING'), 0),
           (SELECT COUNT(*) FROM households_notice n WHERE n.household_id = h.id AND n.read_at IS NULL),
           s.occurred_on, s.next_release_at, {", ".join(f"s.{name}" for name in _POINTS)}, beside.*
    FROM households_household h CROSS JOIN beside
    LEFT JOIN points_daysettlement s ON s.household_id = h.id
         AND (s.occurred_on >= %s OR (s.next_release_at IS NOT NULL AND s.awarded_points > s.released_points))
    WHERE h.id = %s"""  # noqa: S608 - names of columns only
