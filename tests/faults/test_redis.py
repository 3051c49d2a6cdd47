"""Redis wiped, stopped or frozen: no bin waits, nothing is lost, and the loop that does not need it goes on."""

import os
import signal
import subprocess
import time
from contextlib import AbstractContextManager

import pytest
import redis
from celery import Celery
from django.utils import timezone

from sorting.models import DropOffBatch, SmartBin
from tests.faults.district import make_bins, make_events, send
from tests.faults.promises import broken_promises
from tests.faults.workers import running, wait_until
from tests.servers import OwnValkey
from worker import nudge

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
GIVE_UP_S = 60


@pytest.fixture
def nudging(own_valkey: OwnValkey, monkeypatch: pytest.MonkeyPatch) -> OwnValkey:
    """The sender of nudges, pointed at a Valkey of this test's own."""
    sender = Celery("fenfen-nudge-test", broker=own_valkey.url, set_as_current=False)
    sender.conf.update(nudge.SENDER_SETTINGS)
    monkeypatch.setattr(nudge, "sender", sender)
    monkeypatch.setattr(nudge, "nudger", nudge.Nudger())
    return own_valkey


def arrive(*, bins: list[SmartBin], prefix: str) -> list[str]:
    """One batch for each bin, each followed by a nudge as at the door; the event ids."""
    sent = []
    for index, smart_bin in enumerate(bins):
        events = make_events(
            prefix=f"{prefix}{index}", count=60, card_prefix=f"K{index}", card_count=10, now=timezone.now()
        )
        send(smart_bin=smart_bin, events=events, now=timezone.now())
        nudge.nudge_tally()
        sent += [str(event["event_id"]) for event in events]
    return sent


def is_all_tallied(*, within_s: float = GIVE_UP_S) -> bool:
    """Wait until nothing is untallied; whether that came."""
    give_up_at = time.monotonic() + within_s
    while DropOffBatch.objects.filter(tallied_at=None).exists():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.1)
    return True


def worker_of(redis_url: str) -> AbstractContextManager["subprocess.Popen[bytes]"]:
    """A Celery worker."""
    options = ("--concurrency", "1", "--loglevel", "ERROR")
    return running("-m", "celery", "-A", "worker.celery", "worker", *options, REDIS_URL=redis_url)


def test_a_nudge_reaches_the_celery_worker(nudging: OwnValkey) -> None:
    bins = make_bins(community_count=2, households_each=10, now=timezone.now())
    with worker_of(nudging.url):
        sent = arrive(bins=bins, prefix="n")
        assert is_all_tallied()
    assert broken_promises(sent_event_ids=sent) == []


def test_redis_wiped_and_then_stopped_in_mid_load_loses_nothing(nudging: OwnValkey) -> None:
    bins = make_bins(community_count=2, households_each=10, now=timezone.now())
    with worker_of(nudging.url), running("manage.py", "tally", "--watch", REDIS_URL=nudging.url):
        sent = arrive(bins=bins, prefix="a")
        redis.Redis.from_url(nudging.url).flushall()
        sent += arrive(bins=bins, prefix="b")
        redis.Redis.from_url(nudging.url).flushall()
        nudging.stop()
        sent += arrive(bins=bins, prefix="c")
        assert nudge.send_nudge() is False
        assert is_all_tallied()
    assert broken_promises(sent_event_ids=sent) == []


def test_without_the_watch_a_stopped_redis_leaves_work_lying(nudging: OwnValkey) -> None:
    """The control: the Celery worker alone hears nothing once Redis is gone."""
    bins = make_bins(community_count=1, households_each=10, now=timezone.now())
    with worker_of(nudging.url):
        nudging.stop()
        arrive(bins=bins, prefix="c")
        assert not is_all_tallied(within_s=4)


def test_a_frozen_redis_keeps_no_bin_waiting(nudging: OwnValkey) -> None:
    os.kill(nudging.child.process.pid, signal.SIGSTOP)
    try:
        nudge.nudge_tally()
        # Whoever waited for the broker would know by now that it does not answer.
        assert nudge.nudger.lost_count == 0
        wait_until(lambda: nudge.nudger.lost_count == 1)
    finally:
        os.kill(nudging.child.process.pid, signal.SIGCONT)
    waiting = redis.Redis.from_url(nudging.url)
    waiting.flushall()  # what lay in its socket may have come after all

    def one_arrives() -> bool:
        # The server has just been woken: on a busy machine it may be late for one nudge more.
        nudge.nudge_tally()
        nudge.nudger.end_rest()
        return bool(waiting.llen("celery") >= 1)

    wait_until(one_arrives)


def test_a_burst_of_nudges_becomes_few(nudging: OwnValkey) -> None:
    for _ in range(200):
        nudge.nudge_tally()
    waiting = redis.Redis.from_url(nudging.url)
    wait_until(lambda: waiting.llen("celery") >= 1)
    assert waiting.llen("celery") < 20
