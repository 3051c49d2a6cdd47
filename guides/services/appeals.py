"""A household appeals within 15 days; a guide other than the first answers, an officer the second time.

What an upheld appeal changes goes by what is there: a wrong verdict is withdrawn and the day settled again; points that
the facts do not give are proposed as a correction, which a second person approves. A drop-off's row is never changed.
"""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from guides.models import Appeal, AppealOutcome, AppealSubject
from guides.queries import community_ids_of_guide
from guides.queries.appeals import is_for_officer
from guides.services.verdicts import household_of
from households.models import Household, NoticeKind
from households.reach import communities_in_reach
from households.services import notify_household
from lib.errors import DomainError
from people.models import Role, User
from people.standing import standing_of
from points.services.corrections import propose_correction
from sorting.models import DropOff, Verdict, Verification
from sorting.services.verdicts import is_own_household, standing_verification, withdraw_verdict

APPEAL_WITHIN = dt.timedelta(days=15)  # of the moment the platform had the drop-off: before, nobody could see it
ANSWER_WITHIN = {1: dt.timedelta(days=3), 2: dt.timedelta(days=7)}
WORDS_LENGTH_MAX = 200


class AppealTargetUnknown(DomainError):
    """The household has no such drop-off, or the person no such appeal."""

    code = "not_found"
    message = "没有找到这条记录"


class AppealInvalid(DomainError):
    """What is wrong, and no more than 200 characters."""

    code = "appeal_invalid"
    message = "请选哪里不对；说明最多 200 字"


class AppealTooLate(DomainError):
    """The days are over."""

    code = "appeal_too_late"
    message = "投放已超过 15 天，不能再申诉。有问题请联系督导员。"


class AppealExists(DomainError):
    """One is being looked at, or an officer has decided."""

    code = "appeal_exists"
    message = "这次投放的申诉正在处理，或已由城管局作出最后答复。"


class AppealAnswered(DomainError):
    """Somebody was faster."""

    code = "appeal_answered"
    message = "这件申诉已有人答复，没有改动"


class NotYourAppeal(DomainError):
    """Who judged it first, whose own it is, or whose turn it is not."""

    code = "not_your_appeal"
    message = "这件申诉不能由您答复：您核验过这次投放、答复过它，或它是您自己家的。请交给同事。"


class AnswerIncomplete(DomainError):
    """A reason, and what an upheld appeal changes."""

    code = "answer_incomplete"
    message = "请写明理由。申诉成立时，原核验会撤回；没有可撤回的核验，请填要更正的积分(1 到 500)。"


POINTS_AN_APPEAL_MAX = 500  # a day's limit of recyclables: no drop-off is worth more


def open_appeal(
    *, household: Household, drop_off_id: int, subject: str, words: str, by: User, now: dt.datetime
) -> Appeal:
    """Appeal, or appeal again where a guide has rejected the first one.

    :raises AppealTargetUnknown: the drop-off is not the household's.
    :raises AppealInvalid, AppealTooLate, AppealExists: nothing was opened.
    """
    words = words.strip()
    if subject not in AppealSubject.values or len(words) > WORDS_LENGTH_MAX:
        raise AppealInvalid
    with transaction.atomic():
        drop_off = own_drop_off(household=household, drop_off_id=drop_off_id)
        DropOff.objects.select_for_update().only("pk").get(pk=drop_off.pk)
        earlier = Appeal.objects.filter(drop_off=drop_off).order_by("level").last()
        if earlier is None:
            level, ends_at = 1, drop_off.batch.received_at + APPEAL_WITHIN
        elif earlier.outcome == AppealOutcome.REJECTED and not is_for_officer(appeal=earlier):
            level, ends_at = 2, (earlier.answered_at or now) + APPEAL_WITHIN
        else:
            raise AppealExists
        if now > ends_at:
            raise AppealTooLate
        try:
            with transaction.atomic():
                return Appeal.objects.create(
                    drop_off=drop_off,
                    household=household,
                    level=level,
                    subject=subject,
                    words=words,
                    opened_by=by,
                    opened_at=now,
                    due_at=now + ANSWER_WITHIN[level],
                )
        except IntegrityError as error:
            raise AppealExists from error


def own_drop_off(*, household: Household, drop_off_id: int) -> DropOff:
    """The household's drop-off, by its card or by an attribution.

    :raises AppealTargetUnknown: it is not the household's, or there is none.
    """
    found = DropOff.objects.filter(pk=drop_off_id).select_related("batch", "household", "bin__point").first()
    whose = household_of(drop_off=found) if found else None
    if found is None or whose is None or whose.pk != household.pk:
        raise AppealTargetUnknown
    return found


@transaction.atomic
def answer_appeal(
    *, appeal_id: int, is_upheld: bool, answer: str, points: int = 0, by: User, now: dt.datetime
) -> Appeal:
    """Answer for good. Upheld: the verdict that stands against the drop-off is withdrawn, `points` are proposed.

    :raises AppealTargetUnknown: it is of no community of theirs.
    :raises AppealAnswered, NotYourAppeal, AnswerIncomplete: nothing changed.
    """
    locked = Appeal.objects.select_for_update(of=("self",)).select_related("drop_off", "household")
    appeal = locked.filter(pk=appeal_id).first()
    if appeal is None or not _reaches(appeal=appeal, by=by, now=now):
        raise AppealTargetUnknown
    if appeal.outcome != AppealOutcome.OPEN:
        raise AppealAnswered
    _demand_another(appeal=appeal, by=by)
    against = standing_verification(drop_off_id=appeal.drop_off_id)
    if against is not None and against.verdict == Verdict.CORRECT:
        against = None
    if not answer.strip() or not 0 <= points <= POINTS_AN_APPEAL_MAX or (is_upheld and not against and not points):
        raise AnswerIncomplete
    appeal.outcome = AppealOutcome.UPHELD if is_upheld else AppealOutcome.REJECTED
    appeal.answer, appeal.answered_by, appeal.answered_at = answer.strip()[:WORDS_LENGTH_MAX], by, now
    appeal.save(update_fields=["outcome", "answer", "answered_by", "answered_at"])
    if is_upheld:
        _put_right(appeal=appeal, against=against, points=points, now=now)
    _tell(appeal=appeal, points=points if is_upheld else 0, now=now)
    return appeal


def escalate_overdue(*, now: dt.datetime) -> int:
    """Give the officers what no guide answered in time; how many. Safe to repeat."""
    overdue = Appeal.objects.filter(outcome=AppealOutcome.OPEN, level=1, escalated_at__isnull=True, due_at__lte=now)
    return overdue.update(escalated_at=now)


def _reaches(*, appeal: Appeal, by: User, now: dt.datetime) -> bool:
    today, community_id = timezone.localdate(now), appeal.drop_off.community_id
    standing = standing_of(user=by, on=today)
    if is_for_officer(appeal=appeal):
        return standing.holds(Role.OFFICER) and (
            communities_in_reach(standing=standing, role=Role.OFFICER).filter(pk=community_id).exists()
        )
    return standing.holds(Role.GUIDE) and community_id in community_ids_of_guide(guide=by, on=today)


def _demand_another(*, appeal: Appeal, by: User) -> None:
    judged = Verification.objects.filter(drop_off_id=appeal.drop_off_id, guide=by).exists()
    answered = Appeal.objects.filter(drop_off_id=appeal.drop_off_id, answered_by=by).exists()
    if judged or answered or is_own_household(drop_off=appeal.drop_off, user=by):
        raise NotYourAppeal


def _put_right(*, appeal: Appeal, against: Verification | None, points: int, now: dt.datetime) -> None:
    by = appeal.answered_by
    assert by is not None  # it was just answered
    if against is not None:
        withdraw_verdict(
            verification=against,
            by=by,
            now=now,
            client_id=f"appeal-{appeal.pk}",
            note=f"申诉成立:{appeal.answer}"[:WORDS_LENGTH_MAX],
        )
    if points:
        propose_correction(
            household=appeal.household,
            points=points,
            reason=f"申诉第 {appeal.pk} 号成立:{appeal.answer}",
            officer=by,
            now=now,
        )


def _tell(*, appeal: Appeal, points: int, now: dt.datetime) -> None:
    text = f"您的申诉({appeal.get_subject_display()})有答复:{appeal.get_outcome_display()}。{appeal.answer}"
    if points:
        text += f"(补 {points} 分,复核后到账)"
    if appeal.outcome == AppealOutcome.REJECTED and not is_for_officer(appeal=appeal):
        text += "不同意的话,15 天内可以再申诉一次,由城管局答复。"
    notify_household(
        household=appeal.household,
        kind=NoticeKind.APPEAL,
        text=text,
        reference=f"appeal/{appeal.pk}",
        now=now,
    )
