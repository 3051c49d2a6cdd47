"""The queue's tasks: each is in the schedule or sent by a nudge, and does its one thing."""

import datetime as dt

import pytest
from django.utils import timezone

from households.models import Household
from sorting.models import SmartBin
from tests.builders import make_drop_off
from tests.worker.test_tally import balances
from worker import tasks
from worker.celery import app
from worker.nudge import TALLY_TASK
from worker.schedule import SCHEDULE


def test_every_scheduled_task_exists() -> None:
    names = {entry["task"] for entry in SCHEDULE.values()}
    assert names <= set(app.tasks)
    assert TALLY_TASK in app.tasks


@pytest.mark.django_db
def test_the_tasks_tally_release_and_expire(zhang: Household, bin_07: SmartBin) -> None:
    three_days_ago = timezone.now() - dt.timedelta(days=3)
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=three_days_ago, is_tallied=False)
    assert tasks.tally_pending() == "done"
    assert tasks.release_due_points() == 0  # it was past checking when it was tallied: released at once
    assert balances(zhang) == (0, 10)
    assert tasks.expire_due_points() == 0
    assert tasks.forget_messages() == 0
