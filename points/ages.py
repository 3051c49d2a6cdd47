"""How old available points are. They end on 31 December of the year after they were awarded, oldest first.

A household's points are one pool: what it spent, lost or let expire is taken from its oldest points, so what it holds
are its newest. Nothing but the balance and what came in since a day is needed to know what is older than that day.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from lib import dialect


@dataclass(frozen=True, slots=True)
class AgedPoints:
    """Available points that were awarded in one local year; they end with the year after it."""

    awarded_in: int
    points: int

    @property
    def ends_on(self) -> dt.date:
        """The last day on which they can be spent."""
        return dt.date(self.awarded_in + 1, 12, 31)


def held_by_age(*, balance_points: int, came_by_year: dict[int, int], this_year: int) -> list[AgedPoints]:
    """What a household holds by the year of award, oldest first; years of which nothing is left are not there.

    `came_by_year` needs this year and the one before; what is left over is older, and has ended.
    """
    rest = balance_points
    held = []
    for year in (this_year, this_year - 1):
        kept = min(rest, came_by_year.get(year, 0))
        rest -= kept
        held.append(AgedPoints(awarded_in=year, points=kept))
    held.append(AgedPoints(awarded_in=this_year - 2, points=rest))
    return [each for each in reversed(held) if each.points > 0]


def local_year(*, now: dt.datetime) -> int:
    """The year on the wall."""
    return timezone.localtime(now).year


def year_begins_at(*, year: int) -> dt.datetime:
    """The first moment of a local year."""
    return timezone.make_aware(dt.datetime(year, 1, 1))  # noqa: DTZ001 - made aware


def came_since_sql(*, moment: dt.datetime, household_ids_sql: str | None = None) -> tuple[str, list[Any]]:
    """A query for (household_id, points): what came into AVAILABLE to stay, of what was awarded at or after a moment.

    Reversals are already out of the settlements' own figures, and a refund only gives back what was there before.
    Points that an officer gave are as old as the decision; points that came with people who moved in keep the year they
    were awarded in (a moment is the beginning of a local year). Returns the statement and its parameters.
    """
    own = f"AND household_id IN ({household_ids_sql})" if household_ids_sql is not None else ""
    return (
        f"""SELECT household_id, released_points + bonus_points AS points
            FROM points_daysettlement WHERE first_awarded_at >= %s {own}
            UNION ALL
            SELECT household_id, moved_points FROM points_pointcorrection
            WHERE moved_points > 0 AND decided_at >= %s {own}
            UNION ALL
            SELECT successor_id, points FROM points_pointmove
            WHERE awarded_in >= %s {own.replace("household_id", "successor_id")}""",  # noqa: S608 - whole numbers of ours
        [*[dialect.adapt(value=moment)] * 2, local_year(now=moment)],
    )
