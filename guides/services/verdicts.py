"""A guide judges a drop-off of an assigned community, and takes it back within the minute; the household is told."""

import datetime as dt

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from guides.models import Shift
from guides.punctuality import SHIFT_MAX
from guides.queries import community_ids_of_guide
from guides.queries.looking import source_of
from guides.services.sent import sent_moment
from households.models import Household, NoticeKind
from households.services.notices import notify_household
from lib.errors import DomainError
from people.models import User
from points.models import Programme, ProgrammeState
from sorting.categories import WasteCategory
from sorting.models import Attribution, CollectionPoint, DropOff, Verdict, Verification
from sorting.services.verdicts import STANDARD, UNDO_S, verify_drop_off, withdraw_verdict

_TOLD = {
    Verdict.CORRECT: "督导员核验为合格,谢谢您分得好。",
    Verdict.CONTAMINATED: "督导员核验为混投,这次不计积分。",
    Verdict.MISPLACED: "督导员核验为误投,实际是{actual},这次不计积分。",
}


class DropOffNotFound(DomainError):
    """There is no such drop-off in the communities given to the guide on that day."""

    code = "not_found"
    message = "没有找到这次投放"


class TooLateToJudge(DomainError):
    """The checking window is over: the points are the household's, and only an appeal moves them."""

    code = "too_late_to_judge"
    message = "这次投放的核验期已过，不能再核验。"


class VerdictNotFound(DomainError):
    """The guide sent no verdict with that id."""

    code = "verdict_not_found"
    message = "没有找到要撤回的核验，可能它没有记上。"


class UndoTooLate(DomainError):
    """The verdict's minute is over."""

    code = "undo_too_late"
    message = "已经超过 1 分钟，核验已生效，不能撤回。住户有异议可以申诉。"


def judge_drop_off(
    *,
    guide: User,
    drop_off_id: int,
    verdict: str,
    now: dt.datetime,
    client_id: str,
    actual_category: str = "",
    note: str = "",
    judged_at: dt.datetime | None = None,
) -> Verification:
    """Record the guide's verdict and tell the household. Whether it is of the random sample is decided here.

    `judged_at` is when the guide tapped, `now` if not given; the day it lies on must be one of the assignment.

    :raises DropOffNotFound: not in a community given to the guide then.
    :raises TooLateToJudge, KeptTooLong: in time it was neither judged nor sent.
    :raises sorting.services.verdicts.VerdictInvalid, VerdictConflict, OwnHousehold, AlreadyJudged: as there.
    """
    moment = sent_moment(made_at=judged_at, now=now)
    drop_off = drop_off_of_guide(guide=guide, drop_off_id=drop_off_id, on=timezone.localdate(moment))
    household = household_of(drop_off=drop_off)
    programme = _programme_of(drop_off=drop_off, household=household)
    if moment > drop_off.batch.received_at + dt.timedelta(seconds=programme.checking_window_s):
        raise TooLateToJudge
    with transaction.atomic():
        judged = verify_drop_off(
            drop_off=drop_off,
            verdict=verdict,
            guide=guide,
            now=now,
            source=source_of(drop_off=drop_off, household=household, on=timezone.localdate(moment)),
            client_id=client_id,
            actual_category=actual_category,
            note=note,
            point=_where(guide=guide, at=moment),
            rule=f"{STANDARD}; {programme.name} {programme.holds_from}"[:120],
            verified_at=moment,
        )
        if household is not None:
            _tell(household=household, judged=judged, drop_off=drop_off, now=now)
    return judged


def undo_verdict(
    *, guide: User, verdict_id: str, client_id: str, now: dt.datetime, undone_at: dt.datetime | None = None
) -> Verification:
    """Take back the guide's own verdict that was sent with the id `verdict_id`; the row that says so.

    In time is what reaches us before the verdict is in force, or what was tapped within UNDO_S of it on a phone that
    could not send (`undone_at`).

    :raises VerdictNotFound: there is none.
    :raises UndoTooLate: it is in force.
    :raises sorting.services.verdicts.NothingToWithdraw, VerdictConflict: as there.
    """
    moment = sent_moment(made_at=undone_at, now=now)
    judged = Verification.objects.filter(guide=guide, client_id=verdict_id).exclude(verdict=Verdict.WITHDRAWN)
    verification = judged.select_related("drop_off__household").first()
    if verification is None:
        raise VerdictNotFound
    undone_before = Verification.objects.filter(guide=guide, client_id=client_id).exists()
    is_in_time = now < verification.in_force_at or (
        undone_at is not None and moment < verification.verified_at + dt.timedelta(seconds=UNDO_S)
    )
    if not (is_in_time or undone_before):
        raise UndoTooLate
    with transaction.atomic():
        undone = withdraw_verdict(verification=verification, by=guide, now=now, client_id=client_id)
        household = household_of(drop_off=verification.drop_off)
        if household is not None:
            notify_household(
                household=household,
                kind=NoticeKind.VERDICT,
                text=f"{_when(verification.drop_off)}的核验已由督导员撤回。",
                reference=f"verdict/{undone.pk}",
                now=now,
            )
    return undone


def drop_off_of_guide(*, guide: User, drop_off_id: int, on: dt.date) -> DropOff:
    """The drop-off with its batch, bin and household, where its community is given to the guide on that day.

    :raises DropOffNotFound: it is not, or there is none.
    """
    found = DropOff.objects.filter(pk=drop_off_id, community__in=community_ids_of_guide(guide=guide, on=on))
    drop_off = found.select_related("batch", "bin", "household").first()
    if drop_off is None:
        raise DropOffNotFound
    return drop_off


def household_of(*, drop_off: DropOff) -> Household | None:
    """Whose it is: by its card, or by an attribution."""
    if drop_off.household is not None:
        return drop_off.household
    attribution = Attribution.objects.filter(drop_off=drop_off).select_related("household").first()
    return attribution.household if attribution else None


def _programme_of(*, drop_off: DropOff, household: Household | None) -> Programme:
    home_id = household.community_id if household else drop_off.community_id
    holding = Programme.objects.filter(
        Q(community_id=home_id) | Q(community__isnull=True),
        state=ProgrammeState.APPROVED,
        holds_from__lte=drop_off.occurred_on,
    )
    return holding.order_by(F("community").desc(nulls_last=True), "-holds_from")[:1].get()


def _where(*, guide: User, at: dt.datetime) -> CollectionPoint | None:
    """The point at which the guide was on duty at that moment."""
    on_duty = Q(ended_at__isnull=True) | Q(ended_at__gt=at)
    begun = Shift.objects.filter(on_duty, guide=guide, started_at__lte=at, started_at__gt=at - SHIFT_MAX)
    shift = begun.select_related("point").first()
    return shift.point if shift else None


def _tell(*, household: Household, judged: Verification, drop_off: DropOff, now: dt.datetime) -> None:
    said = _TOLD[Verdict(judged.verdict)]
    if judged.verdict == Verdict.MISPLACED:
        said = said.format(actual=_category(judged.actual_category))
    notify_household(
        household=household,
        kind=NoticeKind.VERDICT,
        text=f"{_when(drop_off)}:{said}",
        reference=f"verdict/{judged.pk}",
        now=now,
    )


def _when(drop_off: DropOff) -> str:
    return f"{timezone.localtime(drop_off.occurred_at):%-m月%-d日 %H:%M} 投放的{_category(drop_off.category)}"


def _category(code: str) -> str:
    return str(WasteCategory(code).label)
