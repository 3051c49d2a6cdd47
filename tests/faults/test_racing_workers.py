"""Two tally processes and ten senders racing on the same batches."""

import datetime as dt
import random
import time

import pytest
from django.utils import timezone

from sorting.models import DropOffBatch, SmartBin
from tests.faults.district import make_bins, make_events, send
from tests.faults.promises import broken_promises
from tests.faults.workers import spawner
from tests.sorting.test_racing import at_once
from worker.tally import drain

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
SENDERS = 10
BATCHES = 12
EVENTS_A_BATCH = 150
HOUSEHOLDS_EACH = 25


def race(*, without: str, prefix: str, bins: list[SmartBin], now: dt.datetime) -> list[str]:
    """Ten senders, each with all batches in its own order, beside two workers; returns the event ids sent."""
    batches = [
        (
            smart_bin,
            make_events(
                prefix=f"{prefix}-{smart_bin.pk}-{number}",
                count=EVENTS_A_BATCH,
                card_prefix=f"K{index}",
                card_count=HOUSEHOLDS_EACH,
                now=now,
            ),
        )
        for index, smart_bin in enumerate(bins)
        for number in range(BATCHES // len(bins))
    ]

    def send_all(number: int) -> None:
        for smart_bin, events in random.Random(f"{prefix}{number}").sample(batches, len(batches)):
            send(smart_bin=SmartBin.objects.select_related("point").get(pk=smart_bin.pk), events=events, now=now)

    with spawner(without=without) as workers:
        workers.start()
        workers.start()
        at_once(senders=SENDERS, work=send_all)
        give_up_at = time.monotonic() + 60
        while DropOffBatch.objects.filter(tallied_at=None).exists() and time.monotonic() < give_up_at:
            time.sleep(0.05)
    return [str(event["event_id"]) for _, events in batches for event in events]


def test_ten_senders_and_two_workers_count_every_event_once(db: None) -> None:
    now = timezone.now()
    bins = make_bins(community_count=3, households_each=HOUSEHOLDS_EACH, now=now)
    sent = race(without="", prefix="race", bins=bins, now=now)
    drain(now=timezone.now())
    assert broken_promises(sent_event_ids=sent) == []


def test_without_the_claim_the_same_race_counts_twice(db: None) -> None:
    """The control: two workers that take what the other has."""
    now = timezone.now()
    bins = make_bins(community_count=3, households_each=HOUSEHOLDS_EACH, now=now)
    sent: list[str] = []
    for attempt in range(5):
        sent += race(without="claim", prefix=f"control-{attempt}", bins=bins, now=now)
        drain(now=timezone.now())
        if broken_promises(sent_event_ids=sent):
            return
    pytest.fail("raced without a claim and nothing was counted twice: the test proves nothing")
