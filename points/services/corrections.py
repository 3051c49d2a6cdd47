"""Corrections: an officer proposes, another one decides, the ledger moves the points.

Points go with their people (0047): a correction of a household that has moved or joined another is its home's by now.
"""

import datetime as dt

from django.db import transaction

from households.models import Household, NoticeKind
from households.queries import home_now, is_member_of
from households.services import notify_household
from lib.errors import DomainError
from people.models import User
from points import ledger
from points.models import Account, AccountKind, CorrectionState, PointCorrection, Reason, RunKind
from points.models.corrections import POINTS_A_CORRECTION_MAX


class CorrectionImpossible(DomainError):
    """No points, too many, or no reason."""

    code = "correction_impossible"
    message = f"更正的积分应在 1 到 {POINTS_A_CORRECTION_MAX:,} 之间(增加或扣减),并写明原因"


class CorrectionOfOwnHousehold(DomainError):
    """Nobody corrects the points of their own household."""

    code = "correction_of_own_household"
    message = "不能更正自己家的积分,请交给同事办理"


class SecondPersonNeeded(DomainError):
    """Whoever proposed it does not decide it."""

    code = "second_person_needed"
    message = "提出更正的人不能自己复核,请另一位同事复核"


class CorrectionDecided(DomainError):
    """Somebody has decided it."""

    code = "correction_decided"
    message = "这笔更正已经复核过,本次没有变动"


def propose_correction(
    *, household: Household, points: int, reason: str, officer: User, now: dt.datetime
) -> PointCorrection:
    """Propose to give (points > 0) or take (points < 0), where the household's people are by now; nothing moves yet.

    :raises CorrectionImpossible: no points, too many, or no reason.
    :raises CorrectionOfOwnHousehold: the officer belongs to the household.
    :raises HomesInACircle: nobody knows where its people are.
    """
    if not 0 < abs(points) <= POINTS_A_CORRECTION_MAX or not reason.strip():
        raise CorrectionImpossible
    home = home_now(household=household)
    if is_member_of(user=officer, household=home):
        raise CorrectionOfOwnHousehold
    return PointCorrection.objects.create(
        household=home, points=points, reason=reason.strip()[:200], proposed_by=officer, proposed_at=now
    )


@transaction.atomic
def decide_correction(
    *, correction: PointCorrection, is_approved: bool, note: str = "", officer: User, now: dt.datetime
) -> PointCorrection:
    """Approve and post, or refuse. What is taken is at most what is there; the rest stays on record.

    Whoever moved since it was proposed takes it along.

    :raises SecondPersonNeeded: the officer proposed it.
    :raises CorrectionOfOwnHousehold: the officer belongs to the household.
    :raises CorrectionDecided: it was decided before; nothing moves twice.
    :raises HomesInACircle: nobody knows where its people are.
    """
    locked = PointCorrection.objects.select_for_update(of=("self",)).select_related("household").get(pk=correction.pk)
    if locked.state != CorrectionState.PROPOSED:
        raise CorrectionDecided
    if locked.proposed_by_id == officer.pk:
        raise SecondPersonNeeded
    locked.household = _lock_home(household=locked.household)
    if is_member_of(user=officer, household=locked.household):
        raise CorrectionOfOwnHousehold
    locked.decided_by, locked.decided_at, locked.note = officer, now, note.strip()[:200]
    locked.state = CorrectionState.APPROVED if is_approved else CorrectionState.REFUSED
    if is_approved:
        locked.moved_points = _post(correction=locked, now=now)
    locked.save(update_fields=["household", "decided_by", "decided_at", "note", "state", "moved_points"])
    if is_approved:
        _tell(correction=locked, now=now)
    return locked


def _lock_home(*, household: Household) -> Household:
    """The home by now, held there: a move that is under way comes first and is followed, another one waits."""
    # A move locks its household before its accounts, as here. Rows that only name the household need not wait.
    held = Household.objects.select_for_update(no_key=True).get(pk=household.pk)
    home = home_now(household=held)
    return held if home == held else _lock_home(household=home)


def _post(*, correction: PointCorrection, now: dt.datetime) -> int:
    """Move the points; how many moved, with their sign."""
    household_id = correction.household_id
    ledger.open_accounts(household_ids=[household_id])
    ledger.lock_accounts(household_ids=[household_id])
    if correction.points > 0:
        sides, reason, points = (AccountKind.ISSUED, AccountKind.AVAILABLE), Reason.BONUS, correction.points
    else:
        held = Account.objects.get(household_id=household_id, kind=AccountKind.AVAILABLE).balance_points or 0
        sides, reason, points = (AccountKind.AVAILABLE, AccountKind.REVERSED), Reason.REVERSE, 0
        points = min(-correction.points, held)
    if points:
        line = ledger.Line(
            household_id=household_id,
            debit=sides[0],
            credit=sides[1],
            points=points,
            reason=reason,
            reference=f"correction/{correction.pk}/{reason.value}",
        )
        ledger.post(lines=[line], kind=RunKind.POST, now=now)
    return points if correction.points > 0 else -points


def _tell(*, correction: PointCorrection, now: dt.datetime) -> None:
    moved = correction.moved_points or 0
    missing = abs(correction.points - moved)
    text = f"您家的积分更正了 {moved:+d} 分。原因:{correction.reason}"
    if missing:
        text += f"(应扣 {-correction.points} 分,账上不足,{missing} 分没有扣到,已记录)"
    notify_household(
        household=correction.household,
        kind=NoticeKind.POINTS,
        text=text,
        reference=f"correction/{correction.pk}",
        now=now,
    )
