"""The queue's tasks: each is in the schedule or sent by a nudge, and does its one thing."""

import datetime as dt
import os
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from guides.models import Appeal, Shift
from guides.services.appeals import open_appeal
from guides.services.problems import report_problem
from households.models import Household
from people.models import User
from points.models import Flag
from sorting.models import Alert, AlertKind, FillReading, SmartBin
from sorting.services.photos import record_photo
from sorting.services.status import Heartbeat, record_status
from tests.builders import make_drop_off
from tests.conftest import NOON
from tests.lib.test_pictures import saved, scene
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
    assert tasks.announce_what_expires() == 0  # what was awarded this year ends with the next


@pytest.mark.django_db
def test_a_bin_that_fell_silent_is_alerted_once_whoever_looks(bin_07: SmartBin) -> None:
    an_hour_ago = timezone.now() - dt.timedelta(hours=1)
    heartbeat = Heartbeat(signed_at=an_hour_ago, said_at=an_hour_ago, fill_rates={"FOOD": 0.4})
    record_status(smart_bin=bin_07, heartbeat=heartbeat, received_at=an_hour_ago)
    assert (tasks.watch_all_bins(), tasks.watch_all_bins()) == (1, 0)
    assert Alert.objects.get().kind == AlertKind.OFFLINE


@pytest.mark.django_db
def test_an_overdue_problem_is_handed_up_once_whoever_works(chen: User, zhao: User, bin_07: SmartBin) -> None:
    found_at = timezone.now() - dt.timedelta(hours=7)
    report_problem(guide=chen, point_id=bin_07.point_id, kind="OVERFLOW", now=found_at, client_id="a")
    assert (tasks.supervise_deadlines(), tasks.supervise_deadlines()) == (2, 0)


@pytest.mark.django_db
def test_a_forgotten_shift_is_ended_once_whoever_works(chen: User, bin_07: SmartBin) -> None:
    Shift.objects.create(guide=chen, point=bin_07.point, started_at=timezone.now() - dt.timedelta(hours=13))
    assert (tasks.end_shifts_that_were_forgotten(), tasks.end_shifts_that_were_forgotten()) == (1, 0)


@pytest.mark.django_db
def test_flags_are_looked_for_once_a_night_whoever_comes_first(zhang: Household, bin_07: SmartBin) -> None:
    with time_machine.travel(NOON.replace(hour=2, minute=30), tick=False):
        then = timezone.now() - dt.timedelta(hours=12)
        make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=then, weight_g=31_000)
        assert (tasks.look_for_flags_tonight(), tasks.look_for_flags_tonight()) == (1, 0)
    assert Flag.objects.get().household == zhang


def leave_unanswered(*, household: Household, smart_bin: SmartBin, by: User) -> Appeal:
    """The household appealed four days ago, and no guide has answered in three."""
    then = timezone.now() - dt.timedelta(days=4)
    bag = make_drop_off(smart_bin=smart_bin, household=household, occurred_at=then)
    return open_appeal(household=household, drop_off_id=bag.pk, subject="WEIGHT", words="", by=by, now=then)


@pytest.mark.django_db
def test_an_appeal_that_no_guide_answered_is_the_officers_once_whoever_looks(
    zhang: Household, bin_07: SmartBin, chen: User
) -> None:
    appeal = leave_unanswered(household=zhang, smart_bin=bin_07, by=chen)
    assert (tasks.escalate_overdue_appeals(), tasks.escalate_overdue_appeals()) == (1, 0)
    appeal.refresh_from_db()
    assert appeal.escalated_at is not None


@pytest.mark.django_db
def test_what_is_old_is_forgotten_and_what_is_young_is_not(bin_07: SmartBin) -> None:
    for days in (29, 31):
        then = timezone.now() - dt.timedelta(days=days)
        heartbeat = Heartbeat(signed_at=then, said_at=then, fill_rates={"FOOD": 0.4})
        record_status(smart_bin=bin_07, heartbeat=heartbeat, received_at=then)
    assert tasks.forget_what_is_old() == 1
    assert FillReading.objects.count() == 1


@pytest.mark.django_db
def test_photos_past_their_time_and_files_without_a_row_are_deleted(bin_07: SmartBin, photos_dir: Path) -> None:
    for number, days in enumerate((89, 91)):
        then = timezone.now() - dt.timedelta(days=days)
        data = saved(scene(width=64, height=48, seed=number))
        record_photo(smart_bin=bin_07, event_id=f"e-{number}", data=data, received_at=then)
    make_drop_off(smart_bin=bin_07, occurred_at=timezone.now(), event_id="e-0")
    assert tasks.clear_photos_not_to_keep() == 1
    orphan = photos_dir / "2026-01-01" / f"{'0' * 32}-large.webp"
    orphan.parent.mkdir()
    orphan.write_bytes(b"")
    os.utime(orphan, times=(0, 0))
    assert tasks.sweep_files_of_photos() == 1
    assert len(list(photos_dir.rglob("*.webp"))) == 2
