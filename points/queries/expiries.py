"""What of a household's available points ends when."""

import datetime as dt

from households.models import Household
from lib import dialect
from points.ages import AgedPoints, came_since_sql, held_by_age, local_year, year_begins_at
from points.models import Account, AccountKind


def expiries_of(*, household: Household, now: dt.datetime) -> list[AgedPoints]:
    """The household's available points by the year they were awarded in, oldest first; together its balance."""
    balance = Account.objects.filter(household=household, kind=AccountKind.AVAILABLE).values_list("balance_points")
    this_year = local_year(now=now)
    came_since = {
        year: _came_since(household=household, moment=year_begins_at(year=year)) for year in (this_year, this_year - 1)
    }
    return held_by_age(
        balance_points=next((points for (points,) in balance if points), 0),
        came_by_year={
            this_year: came_since[this_year],
            this_year - 1: came_since[this_year - 1] - came_since[this_year],
        },
        this_year=this_year,
    )


def _came_since(*, household: Household, moment: dt.datetime) -> int:
    came, params = came_since_sql(moment=moment, household_ids_sql=f"{household.pk:d}")
    return int(dialect.fetch(f"SELECT COALESCE(SUM(points), 0) FROM ({came}) came", params)[0][0])  # noqa: S608
