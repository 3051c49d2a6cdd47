"""`tally --watch` goes on until it is told to stop, whatever fails on the way."""

import datetime as dt
import os
import signal
import threading
from collections.abc import Iterator

import pytest
from django.utils import timezone

from guides.models import SampleCommitment
from households.models import Household
from people.models import User
from points.models import PointRule, Programme
from sorting.models import Alert, AlertKind, SmartBin
from sorting.services.status import Heartbeat, record_status
from tests.builders import make_batch, make_drop_off
from tests.emptying import emptying_allowed
from tests.points.programmes import make_programme
from tests.worker.test_tally import balances
from tests.worker.test_tasks import leave_unanswered
from worker.tally import drain
from worker.watch import watch

pytestmark = pytest.mark.django_db
STOP_AFTER_S = 1.0


@pytest.fixture
def asked_to_stop_soon() -> Iterator[None]:
    """SIGTERM comes after a moment, as from whoever runs the service; the test's own handlers are put back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    # Harmless when the watch did not get as far as to take the signal over.
    signal.signal(signal.SIGTERM, lambda *_: None)
    timer = threading.Timer(STOP_AFTER_S, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()
    yield
    timer.join()
    for number, handler in before.items():
        signal.signal(number, handler)


def test_the_watch_tallies_and_releases_until_it_is_told_to_stop(
    zhang: Household, bin_07: SmartBin, asked_to_stop_soon: None
) -> None:
    now = timezone.now()
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now - dt.timedelta(days=3), is_tallied=False)
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now - dt.timedelta(minutes=1), is_tallied=False)
    watch()
    assert balances(zhang) == (10, 10)


def test_the_watch_looks_at_the_bins_too(bin_07: SmartBin, asked_to_stop_soon: None) -> None:
    an_hour_ago = timezone.now() - dt.timedelta(hours=1)
    heartbeat = Heartbeat(signed_at=an_hour_ago, said_at=an_hour_ago)
    record_status(smart_bin=bin_07, heartbeat=heartbeat, received_at=an_hour_ago)
    watch()
    assert Alert.objects.get().kind == AlertKind.OFFLINE


def test_the_watch_watches_the_deadlines_of_appeals(
    zhang: Household, bin_07: SmartBin, chen: User, asked_to_stop_soon: None
) -> None:
    appeal = leave_unanswered(household=zhang, smart_bin=bin_07, by=chen)
    watch()
    appeal.refresh_from_db()
    assert appeal.escalated_at is not None


def test_the_watch_puts_the_keys_of_samples_on_record(asked_to_stop_soon: None) -> None:
    watch()
    assert SampleCommitment.objects.count() == 8


def test_a_day_that_cannot_be_released_does_not_end_the_watch(
    zhang: Household, li: Household, bin_07: SmartBin, asked_to_stop_soon: None
) -> None:
    """Somebody took the programme of a day away behind the platform's back, and a late bag must be settled by it."""
    then = timezone.now() - dt.timedelta(days=3)
    late = make_batch(
        community=zhang.community, smart_bin=bin_07, received_at=timezone.now(), due_at=then, is_tallied=False
    )
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=then, is_tallied=False)
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=then, batch=late)
    drain(now=then)
    default = Programme.objects.get()
    food = PointRule(category="FOOD", unit="DROP_OFF", points=10, points_outside=5, drop_offs_a_day_max=2)
    make_programme(name="新方案", holds_from=timezone.localdate(), checking_window_s=60, rules=[food])
    with emptying_allowed():
        PointRule.objects.filter(programme=default).delete()
        Programme.objects.filter(pk=default.pk)._raw_delete("default")
    make_drop_off(smart_bin=bin_07, household=li, occurred_at=timezone.now(), is_tallied=False)
    watch()
    assert balances(zhang) == (20, 0)
    assert balances(li) == (10, 0)
