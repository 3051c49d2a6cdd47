"""Points go with their people: a household that moves, joins another or splits, and what settles at the old home later.

Days stay with the household where they were lived: what is pending there is judged and released there, and follows
as soon as it is available. A verdict that falls after that takes what is there, and the rest is on record (as ever).
"""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from households.models import ChangeKind, Household, HouseholdChange, Member, NoticeKind
from households.queries import HomesInACircle, home_now
from households.services import notify_household
from households.services.moving import merge_household, move_household, split_household
from households.services.registering import Address
from lib.contention import retry_on_contention
from lib.errors import DomainError
from people.models import User
from points import ledger
from points.ages import AgedPoints
from points.models import Account, AccountKind, PointMove, Reason, RunKind
from points.queries.expiries import expiries_of
from points.services import locks


class ShareUnfit(DomainError):
    """A part is no less than nothing and no more than what is there."""

    code = "share_unfit"
    message = "分出的积分不能少于 0,也不能多于这一户现在的可用积分"


@retry_on_contention
@transaction.atomic
def move_with_points(*, household: Household, to: Address, by: User, reason: str, now: dt.datetime) -> HouseholdChange:
    """The household moves to another address with all its available points.

    :raises DomainError: as households.services.moving.move_household; nothing changed.
    """
    change = move_household(household=household, to=to, by=by, reason=reason, now=now)
    _carry(change=change, points_max=None, now=now)
    return change


@retry_on_contention
@transaction.atomic
def merge_with_points(
    *, household: Household, into: Household, by: User, reason: str, now: dt.datetime
) -> HouseholdChange:
    """The household joins another one, and its available points are that one's.

    :raises DomainError: as households.services.moving.merge_household; nothing changed.
    """
    change = merge_household(household=household, into=into, by=by, reason=reason, now=now)
    _carry(change=change, points_max=None, now=now)
    return change


@retry_on_contention
@transaction.atomic
def split_with_points(
    *,
    household: Household,
    to: Address,
    members: Sequence[Member],
    points: int,
    by: User,
    reason: str,
    now: dt.datetime,
) -> HouseholdChange:
    """Some people leave the household for one of their own, with so many of its available points, the oldest first.

    :raises ShareUnfit: fewer than none, or more than there are.
    :raises DomainError: as households.services.moving.split_household; nothing changed.
    """
    change = split_household(household=household, to=to, members=members, by=by, reason=reason, now=now)
    if points < 0 or _carry(change=change, points_max=points, now=now) != points:
        raise ShareUnfit
    return change


def follow_points(*, now: dt.datetime) -> int:
    """Carry what became available at homes whose people are elsewhere; how many points. Safe to repeat.

    :raises HomesInACircle: nobody knows where some of them are; all others' points were carried before.
    """
    ended = HouseholdChange.objects.exclude(kind=ChangeKind.SPLIT).filter(
        household__accounts__kind=AccountKind.AVAILABLE, household__accounts__balance_points__gt=0
    )
    moved_points, lost = 0, []
    for change_id in ended.order_by("pk").values_list("pk", flat=True):
        try:
            moved_points += _follow(change_id=change_id, now=now)
        except HomesInACircle as error:
            lost.append(error)
    if lost:
        raise lost[0]
    return moved_points


@retry_on_contention
@transaction.atomic
def _follow(*, change_id: int, now: dt.datetime) -> int:
    change = HouseholdChange.objects.select_related("household", "successor").get(pk=change_id)
    return _carry(change=change, points_max=None, now=now)


def _carry(*, change: HouseholdChange, points_max: int | None, now: dt.datetime) -> int:
    """Move the available points, oldest first, at most so many; how many moved."""
    home = home_now(household=change.successor)
    locks.lock_accounts(household_ids=[change.household_id, home.pk])
    held = Account.objects.get(household_id=change.household_id, kind=AccountKind.AVAILABLE).balance_points or 0
    total = held if points_max is None else min(points_max, held)
    if total <= 0:
        return 0
    parts = _oldest(ages=expiries_of(household=change.household, now=now), points=total)
    moves = [
        PointMove.objects.create(
            change=change,
            household=change.household,
            successor=home,
            awarded_in=part.awarded_in,
            points=part.points,
            moved_at=now,
        )
        for part in parts
    ]
    ledger.post(lines=[line for move in moves for line in _lines(move=move)], kind=RunKind.POST, now=now)
    notify_household(
        household=home,
        kind=NoticeKind.POINTS,
        text=f"从原来的一户转来 {total:,} 分,到期日不变。",
        reference=f"move/{moves[0].pk}",
        now=now,
    )
    return total


def _oldest(*, ages: Sequence[AgedPoints], points: int) -> list[AgedPoints]:
    """So many of the points, the oldest first: as if they were spent."""
    taken = []
    for age in ages:
        part = min(points, age.points)
        points -= part
        if part:
            taken.append(AgedPoints(awarded_in=age.awarded_in, points=part))
    return taken


def _lines(*, move: PointMove) -> list[ledger.Line]:
    return [
        ledger.Line(
            household_id=household_id,
            debit=debit,
            credit=credit,
            points=move.points,
            reason=Reason.MOVE,
            reference=f"move/{move.pk}/{part}",
        )
        for household_id, debit, credit, part in (
            (move.household_id, AccountKind.AVAILABLE, AccountKind.MOVED, "out"),
            (move.successor_id, AccountKind.MOVED, AccountKind.AVAILABLE, "in"),
        )
    ]
