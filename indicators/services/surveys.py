"""The survey: an officer opens a round, each household answers it once."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from households.models import Household
from indicators.models import Satisfaction, SurveyAnswer, SurveyRound
from indicators.models.surveys import ROUND_NAME_LENGTH_MAX
from indicators.queries.surveys import answer_of, round_of_day
from lib.dialect import wait_in_line
from lib.errors import DomainError
from people.models import User

SURVEY_LINE = 0x737572766579  # rounds are opened one after the other, so that no two share a day
ROUND_DAYS_MAX = 92  # what people said a quarter apart is not one answer


class RoundNameWrong(DomainError):
    """Empty, too long, or another round's."""

    code = "round_name_wrong"
    message = f"请写轮次名称,最多 {ROUND_NAME_LENGTH_MAX} 个字"


class RoundDaysWrong(DomainError):
    """Out of order, in the past, or too many."""

    code = "round_days_wrong"
    message = "日期不对"


class RoundOverlaps(DomainError):
    """Another round has one of the days."""

    code = "round_overlaps"
    message = "这几天已经有另一轮问卷,请换日期"


class NoSurveyOpen(DomainError):
    """No round today."""

    code = "no_survey_open"
    message = "现在没有问卷,这次没有记上。有新问卷时首页会写出来。"


class AlreadyAnswered(DomainError):
    """Somebody of the household did."""

    code = "already_answered"
    message = "您家已经答过这一轮了,每户一次,以先答的为准。"


class AnswerIncomplete(DomainError):
    """One of the three questions has no answer that is known."""

    code = "answer_incomplete"
    message = "三个问题都答了才能交,请补上没答的。"


@transaction.atomic
def open_round(*, name: str, starts_on: dt.date, ends_on: dt.date, officer: User, now: dt.datetime) -> SurveyRound:
    """Ask every household from one day to another, both included. It ends by itself and is never changed.

    :raises RoundNameWrong: no name, too long a name, or another round's.
    :raises RoundDaysWrong: the days are out of order, begin before today or are more than ROUND_DAYS_MAX.
    :raises RoundOverlaps: another round has one of them.
    """
    name = name.strip()
    if not 0 < len(name) <= ROUND_NAME_LENGTH_MAX:
        raise RoundNameWrong
    if ends_on < starts_on:
        raise RoundDaysWrong("结束日期不能早于开始日期")
    if starts_on < timezone.localdate(now):
        raise RoundDaysWrong("开始日期不能早于今天")
    if (ends_on - starts_on).days >= ROUND_DAYS_MAX:
        raise RoundDaysWrong(f"一轮最多 {ROUND_DAYS_MAX} 天")
    wait_in_line(key=SURVEY_LINE)
    if SurveyRound.objects.filter(name=name).exists():
        raise RoundNameWrong("已经有这个名称的一轮,请换个名称")
    if SurveyRound.objects.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise RoundOverlaps
    return SurveyRound.objects.create(name=name, starts_on=starts_on, ends_on=ends_on, opened_by=officer, opened_at=now)


def answer_survey(
    *, household: Household, is_reached: bool | None, is_aware: bool | None, satisfaction: str, now: dt.datetime
) -> SurveyAnswer:
    """Keep what the household says in today's round.

    :raises NoSurveyOpen: there is none today.
    :raises AnswerIncomplete: a question without an answer.
    :raises AlreadyAnswered: the household did before.
    """
    survey_round = round_of_day(on=timezone.localdate(now))
    if survey_round is None:
        raise NoSurveyOpen
    if is_reached is None or is_aware is None or satisfaction not in Satisfaction.values:
        raise AnswerIncomplete
    try:
        with transaction.atomic():
            return SurveyAnswer.objects.create(
                round=survey_round,
                household=household,
                is_reached=is_reached,
                is_aware=is_aware,
                satisfaction=satisfaction,
                answered_at=now,
            )
    except IntegrityError as error:
        if answer_of(survey_round=survey_round, household=household) is None:
            raise
        raise AlreadyAnswered from error
