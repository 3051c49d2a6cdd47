"""Officer Zhao asks; the Zhangs, Lis and Wangs answer once each, and nobody's answer can be told from the sums."""

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from pytest_django.fixtures import DjangoAssertNumQueries

from households.models import Community, Household
from indicators.models import SurveyAnswer, SurveyRound
from indicators.queries.surveys import last_closed_round, round_of_day, survey_tallies
from indicators.services.surveys import (
    AlreadyAnswered,
    AnswerIncomplete,
    NoSurveyOpen,
    RoundDaysWrong,
    RoundNameWrong,
    RoundOverlaps,
    answer_survey,
    open_round,
)
from indicators.surveys import MEASURES, SurveyTally, together, withheld
from people.models import User
from tests.conftest import NOON, TODAY

DAY = dt.timedelta(days=1)
WEEK = 7 * DAY


@pytest.fixture
def autumn(zhao: User) -> SurveyRound:
    """Zhao's round of this week."""
    return open_round(name="秋季问卷", starts_on=TODAY, ends_on=TODAY + 6 * DAY, officer=zhao, now=NOON)


def answer(*, household: Household, now: dt.datetime = NOON, **said: Any) -> SurveyAnswer:
    """Reached, aware and quite satisfied, unless said otherwise."""
    usual: dict[str, Any] = {"is_reached": True, "is_aware": True, "satisfaction": "QUITE"}
    return answer_survey(household=household, now=now, **usual | said)


def tally(community_id: int, answers: int, positive: int = 0) -> SurveyTally:
    """A community with nobody silent."""
    return SurveyTally(community_id, f"小区{community_id}", answers, answers, dict.fromkeys(MEASURES, positive))


def test_the_zhangs_answer_once_and_what_they_said_first_stands(autumn: SurveyRound, zhang: Household) -> None:
    first = answer(household=zhang)
    with pytest.raises(AlreadyAnswered):
        answer(household=zhang, satisfaction="NOT")
    assert SurveyAnswer.objects.get().satisfaction == first.satisfaction == "QUITE"


def test_the_database_itself_keeps_one_answer_of_the_zhangs_as_it_is(autumn: SurveyRound, zhang: Household) -> None:
    kept = answer(household=zhang)
    twice = {"round": autumn, "household": zhang, "is_reached": True, "is_aware": True, "answered_at": NOON}
    with pytest.raises(IntegrityError, match=r"survey_answer_once|UNIQUE"), transaction.atomic():
        SurveyAnswer.objects.create(**twice, satisfaction="NOT")
    for table in ("indicators_surveyanswer", "indicators_surveyround"):
        for change in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                connection.cursor().execute(change)
    assert SurveyAnswer.objects.get() == kept


def test_the_lis_answer_all_three_questions_on_a_day_of_the_round(autumn: SurveyRound, li: Household) -> None:
    for missing in ({"is_reached": None}, {"is_aware": None}, {"satisfaction": ""}, {"satisfaction": "GREAT"}):
        with pytest.raises(AnswerIncomplete):
            answer(household=li, **missing)
    for day in (-1, 7):
        with pytest.raises(NoSurveyOpen):
            answer(household=li, now=NOON + day * DAY)
    answer(household=li, now=NOON + 6 * DAY)


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({"name": "秋季问卷"}, RoundNameWrong),
        ({"name": "  "}, RoundNameWrong),
        ({"name": "问" * 41}, RoundNameWrong),
        ({"starts_on": TODAY - DAY, "ends_on": TODAY - DAY}, RoundDaysWrong),
        ({"ends_on": TODAY}, RoundDaysWrong),
        ({"ends_on": TODAY + WEEK + 92 * DAY}, RoundDaysWrong),
        ({"starts_on": TODAY + 6 * DAY}, RoundOverlaps),
    ],
)
def test_zhao_opens_no_round_that_could_not_be_counted(
    autumn: SurveyRound, zhao: User, changed: dict[str, Any], refused: type[Exception]
) -> None:
    winter: dict[str, Any] = {"name": "冬季问卷", "starts_on": TODAY + WEEK, "ends_on": TODAY + WEEK + 90 * DAY}
    with pytest.raises(refused):
        open_round(**winter | changed, officer=zhao, now=NOON)
    assert round_of_day(on=TODAY + WEEK) is None
    open_round(**winter, officer=zhao, now=NOON)


def test_a_round_counts_answers_and_silent_homes_by_community(
    autumn: SurveyRound,
    zhang: Household,
    li: Household,
    wang: Household,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    answer(household=zhang, is_reached=False, satisfaction="SO_SO")
    answer(household=wang, is_aware=False, satisfaction="VERY")
    Household.objects.filter(pk=wang.pk).update(left_on=TODAY)  # what they said stays
    with django_assert_num_queries(3):
        east, west = survey_tallies(
            survey_round=autumn, communities=Community.objects.order_by("pk"), today=TODAY + WEEK
        )
    assert (east.asked_count, east.answer_count, east.silent_count) == (2, 1, 1)
    assert (west.asked_count, west.answer_count, west.silent_count) == (1, 1, 0)
    assert [list(each.positive_counts.values()) for each in (east, west)] == [[0, 1, 0], [1, 0, 1]]
    assert last_closed_round(today=TODAY + 6 * DAY) is None
    assert last_closed_round(today=TODAY + WEEK) == autumn


def test_a_share_is_of_all_answers_with_wilsons_interval_and_unsaid_below_five() -> None:
    both = together(tallies=[tally(1, 60, 49), tally(2, 40, 33)], name="全区").share(measure=MEASURES[0])
    assert both.value == Fraction(82, 100)
    assert both.interval is not None
    assert (round(both.interval.low, 4), round(both.interval.high, 4)) == (0.7333, 0.8830)
    assert tally(1, 5, 5).share(measure=MEASURES[0]).value == 1
    assert tally(1, 4, 4).share(measure=MEASURES[0]).value is None


@pytest.mark.parametrize(
    ("answers", "unsaid"),
    [
        ([9, 8, 7], []),
        ([9, 8, 0], []),
        ([9, 8, 3], [2, 3]),  # all less the first two would be the third's
        ([9, 4, 3], [2, 3]),
        ([4], [1]),
    ],
)
def test_a_small_communitys_answers_cannot_be_had_by_subtraction(answers: list[int], unsaid: list[int]) -> None:
    tallies = [tally(number, count) for number, count in enumerate(answers, start=1)]
    assert sorted(withheld(tallies=tallies), key=str) == unsaid
