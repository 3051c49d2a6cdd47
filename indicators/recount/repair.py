"""Puts what the recount found in the place of what is stored, in one transaction that no tally can come into."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import connection, models, transaction
from django.db.models import Q

from indicators.models import CommunityDay
from indicators.recount import community_days, household_days
from indicators.recount.differences import Difference
from points.models import HouseholdDay

_CHUNK_ROWS = 200  # one DELETE names this many keys: SQLite bounds the depth of an expression


@dataclass(frozen=True, slots=True)
class Repair:
    """What was different before, and is no longer."""

    community_days: list[Difference]
    household_days: list[Difference]


def repair_days() -> Repair:
    """Recount every day and put right what differs, in one transaction.

    :raises OperationalError: a tally kept its locks too long (PostgreSQL's lock_timeout); nothing was changed.
    """
    with transaction.atomic():
        _keep_tallies_out()
        repair = Repair(
            community_days=list(community_days.community_day_differences()),
            household_days=list(household_days.household_day_differences()),
        )
        _write(differences=repair.household_days, key="household_id", model=HouseholdDay, row=_household_day)
        _write(differences=repair.community_days, key="community_id", model=CommunityDay, row=_community_day)
    return repair


def _keep_tallies_out() -> None:
    """Lock both tables in the tally's own order, so that the two cannot wait for each other in a circle.

    On SQLite every transaction that writes has the one write lock from its start.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE points_householdday IN SHARE ROW EXCLUSIVE MODE")
            cursor.execute("LOCK TABLE indicators_communityday IN SHARE ROW EXCLUSIVE MODE")


def _write(
    *,
    differences: Iterable[Difference],
    key: str,
    model: type[models.Model],
    row: Callable[[Difference, tuple[int, ...]], models.Model],
) -> None:
    rows = iter(differences)
    while chunk := list(itertools.islice(rows, _CHUNK_ROWS)):
        wrong = Q()
        for each in chunk:
            if each.stored is not None:
                wrong |= Q(**{key: each.owner_id}, occurred_on=each.occurred_on, category=each.category)
        if wrong:
            model._default_manager.filter(wrong).delete()
        model._default_manager.bulk_create([row(each, each.recounted) for each in chunk if each.recounted is not None])


def _household_day(difference: Difference, figures: tuple[int, ...]) -> HouseholdDay:
    return HouseholdDay(
        household_id=difference.owner_id,
        occurred_on=difference.occurred_on,
        category=difference.category,
        **dict(zip(household_days.FIELDS, figures, strict=True)),
    )


def _community_day(difference: Difference, figures: tuple[int, ...]) -> CommunityDay:
    return CommunityDay(
        community_id=difference.owner_id,
        occurred_on=difference.occurred_on,
        category=difference.category,
        **dict(zip(community_days.FIELDS, figures, strict=True)),
    )
