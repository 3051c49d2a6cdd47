"""Mrs Zhang answers the bureau's three questions; home says when they wait, and no more once they are answered."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from households.models import Household
from indicators.models import SurveyAnswer
from indicators.services.surveys import open_round
from pages.my.export import own_data
from people.models import User
from tests.conftest import NOON, TODAY

pytestmark = pytest.mark.django_db
SAID = {"is_reached": "1", "is_aware": "0", "satisfaction": "QUITE"}


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def test_home_asks_mrs_zhang_until_her_home_has_answered(
    grandma: Client,
    wang_client: Client,
    zhao: User,
    zhang: Household,
    noon: time_machine.Traveller,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    assert "问卷" not in grandma.get("/my/").content.decode()
    open_round(name="秋季问卷", starts_on=TODAY, ends_on=TODAY, officer=zhao, now=NOON)
    with django_assert_max_num_queries(6):
        assert "秋季问卷" in grandma.get("/my/").content.decode()
    page = grandma.get("/my/survey").content.decode()
    assert page.count("<fieldset") == 3
    answer = grandma.post("/my/survey", SAID, follow=True).content.decode()
    assert "您家已经答过秋季问卷" in answer
    assert [word in answer for word in ("收到过", "不太清楚", "比较满意", "radio")] == [True, True, True, False]
    assert "问卷" not in grandma.get("/my/").content.decode()
    assert "秋季问卷" in wang_client.get("/my/").content.decode(), "the Wangs have not answered"
    noon.move_to(NOON + dt.timedelta(days=1))
    wang_client.force_login(User.objects.get(username="resident-王先生"))
    assert "问卷" not in wang_client.get("/my/").content.decode()
    assert "现在没有问卷" in wang_client.get("/my/survey").content.decode()


def test_a_question_left_out_is_asked_for_and_the_others_are_kept(grandma: Client, zhao: User) -> None:
    open_round(name="秋季问卷", starts_on=TODAY, ends_on=TODAY, officer=zhao, now=NOON)
    answer = grandma.post("/my/survey", {"is_reached": "1", "satisfaction": "NOT"})
    assert answer.status_code == 422
    assert answer.content.decode().count("checked") == 2
    assert "请补上没答的" in answer.content.decode()
    assert not SurveyAnswer.objects.exists()


def test_a_second_answer_of_the_home_is_refused_in_words_and_the_first_is_in_the_export(
    grandma: Client, zhao: User, zhang: Household
) -> None:
    open_round(name="秋季问卷", starts_on=TODAY, ends_on=TODAY, officer=zhao, now=NOON)
    grandma.post("/my/survey", SAID)
    again = grandma.post("/my/survey", SAID | {"satisfaction": "NOT"}, follow=True).content.decode()
    assert "以先答的为准" in again
    exported = own_data(household=zhang, now=NOON)["survey_answers"]
    assert [(each["survey"], each["is_aware"], each["satisfaction"]) for each in exported] == [
        ("秋季问卷", False, "QUITE")
    ]
