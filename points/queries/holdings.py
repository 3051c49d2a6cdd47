"""What a household holds, and when what is pending will be released unless it is judged before."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import F

from households.models import Household
from points.models import Account, AccountKind, DaySettlement


@dataclass(frozen=True, slots=True)
class PendingDay:
    """The points of one local day that are pending; `next_release_at` is when the first of them are released."""

    occurred_on: dt.date
    points: int
    next_release_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Holdings:
    """A household's two balances, in points, and the days behind what is pending, the next released first."""

    available_points: int
    pending_points: int
    pending_days: tuple[PendingDay, ...]


def read_holdings(*, household: Household) -> Holdings:
    """The balances and what is on its way, in two queries."""
    balances = dict(Account.objects.filter(household=household).values_list("kind", "balance_points"))
    waiting = DaySettlement.objects.filter(
        household=household, next_release_at__isnull=False, awarded_points__gt=F("released_points")
    ).order_by("next_release_at", "occurred_on")
    return Holdings(
        available_points=balances.get(AccountKind.AVAILABLE) or 0,
        pending_points=balances.get(AccountKind.PENDING) or 0,
        pending_days=tuple(
            PendingDay(occurred_on=on, points=awarded - released, next_release_at=release_at)
            for on, awarded, released, release_at in waiting.values_list(
                "occurred_on", "awarded_points", "released_points", "next_release_at"
            )
            if release_at is not None
        ),
    )
