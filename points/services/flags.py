"""Judging a flag: once, by an officer whom it does not concern, for a reason. What is taken is another's to approve."""

import datetime as dt

from django.db import transaction

from households.queries import home_now, is_member_of
from lib.errors import DomainError
from people.models import User
from points.models import CorrectionState, Flag, FlagState, PointCorrection
from points.services.corrections import propose_correction

DECISION_REASON_LENGTH_MAX = 200


class FlagDecided(DomainError):
    """Somebody has judged it."""

    code = "flag_decided"
    message = "这条线索已经判断过,本次没有改动"


class FlagReasonMissing(DomainError):
    """A judgement needs its reason."""

    code = "flag_reason_missing"
    message = "请写明判断理由,再提交一次"


class FlagOfOneself(DomainError):
    """Nobody judges what concerns themselves or their own household."""

    code = "flag_of_oneself"
    message = "这条线索涉及您本人或您家,请交给同事判断"


class NothingToTake(DomainError):
    """Points are taken from one household, for a flag that is upheld."""

    code = "nothing_to_take"
    message = "没有提交:扣减的积分应是大于 0 的整数,并且只有判断为成立、涉及一户的线索才能提出"


class FlagCorrected(DomainError):
    """One correction stands for a flag; another may be proposed when it was refused."""

    code = "flag_corrected"
    message = "这条线索已提出过扣减,本次没有再提;那一笔未批准时才能重新提出"


def decide_flag(
    *, flag: Flag, is_confirmed: bool, reason: str, points_taken: int, officer: User, now: dt.datetime
) -> PointCorrection | None:
    """Dismiss or uphold a flag; the correction that is proposed where `points_taken` > 0. No point moves here.

    :raises FlagReasonMissing: no reason is given.
    :raises NothingToTake: the points are no number, or to be taken though the flag is dismissed or names no household.
    :raises FlagOfOneself: the flag is about the officer or the officer's household.
    :raises FlagDecided: it was judged before.
    :raises CorrectionImpossible: too many points.
    """
    if not reason.strip():
        raise FlagReasonMissing
    if points_taken < 0 or (points_taken and (not is_confirmed or flag.household is None)):
        raise NothingToTake
    _demand_another(flag=flag, officer=officer)
    with transaction.atomic():
        # One statement judges it, so that of two officers at once only one does.
        decided_count = Flag.objects.filter(pk=flag.pk, state=FlagState.OPEN).update(
            state=FlagState.CONFIRMED if is_confirmed else FlagState.DISMISSED,
            decided_at=now,
            decided_by=officer,
            decision_reason=reason.strip()[:DECISION_REASON_LENGTH_MAX],
        )
        if not decided_count:
            raise FlagDecided
        return _propose(flag=flag, points_taken=points_taken, reason=reason, officer=officer, now=now)


def propose_correction_of_flag(
    *, flag: Flag, points_taken: int, reason: str, officer: User, now: dt.datetime
) -> PointCorrection:
    """Propose what an upheld flag takes from its household, where nothing was proposed yet or that was refused.

    :raises FlagReasonMissing: no reason is given.
    :raises FlagOfOneself: the flag is about the officer or the officer's household.
    :raises NothingToTake: no points, the flag is not upheld, or it names no household.
    :raises FlagCorrected: a correction of it is undecided or approved.
    :raises CorrectionImpossible: too many points.
    """
    if not reason.strip():
        raise FlagReasonMissing
    _demand_another(flag=flag, officer=officer)
    with transaction.atomic():
        # The flag is held until its correction is written on it, so that of two officers at once only one proposes.
        # What it names is read after that: a row joined while waiting is of the time before.
        held = Flag.objects.select_for_update().get(pk=flag.pk)
        if held.correction is not None and held.correction.state != CorrectionState.REFUSED:
            raise FlagCorrected
        proposed = None
        if held.state == FlagState.CONFIRMED:
            proposed = _propose(flag=held, points_taken=points_taken, reason=reason, officer=officer, now=now)
        if proposed is None:
            raise NothingToTake
        return proposed


def _demand_another(*, flag: Flag, officer: User) -> None:
    if flag.person_id == officer.pk or (
        flag.household is not None and is_member_of(user=officer, household=home_now(household=flag.household))
    ):
        raise FlagOfOneself


def _propose(*, flag: Flag, points_taken: int, reason: str, officer: User, now: dt.datetime) -> PointCorrection | None:
    """Propose it and write it on the flag; None where there is nothing to take, or nobody to take it from."""
    if points_taken < 1 or flag.household is None:
        return None
    proposed = propose_correction(
        household=flag.household,
        points=-points_taken,
        # The household is told this, and whoever looks at the correction finds the flag by its number.
        reason=f"{flag.get_kind_display()}(线索第 {flag.pk} 号):{reason.strip()}",
        officer=officer,
        now=now,
    )
    Flag.objects.filter(pk=flag.pk).update(correction=proposed)
    return proposed
