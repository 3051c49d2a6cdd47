"""Senders racing with the same events: every event counts once, and each sender hears the truth."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection

from households.models import Household
from sorting.models import Door, DropOff, DropOffBatch, RefusedEvent, SmartBin
from sorting.services import RecordedBatch, record_drop_offs
from tests.sorting.test_recording import event

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
SENDERS = 8
Result = TypeVar("Result")


def at_once(*, senders: int, work: Callable[[int], Result]) -> list[Result]:
    """Run `work(number)` in as many threads, all starting together, each with its own connection."""
    barrier = Barrier(senders)

    def run(number: int) -> Result:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(senders) as pool:
        return list(pool.map(run, range(senders)))


def test_eight_senders_of_the_same_events_in_any_order_count_each_once(
    bin_07: SmartBin, zhang: Household, now: dt.datetime
) -> None:
    events = [event(f"e-{number}", weight_g=100 + number) for number in range(400)]

    def send(number: int) -> list[RecordedBatch]:
        shuffled = random.Random(number).sample(events, len(events))
        bins = SmartBin.objects.select_related("point").get(pk=bin_07.pk)
        return [
            record_drop_offs(smart_bin=bins, events=shuffled[start::2], door=Door.HTTP, received_at=now)
            for start in (0, 1)
        ]

    batches = [batch for pair in at_once(senders=SENDERS, work=send) for batch in pair]
    fates = Counter((result.event_id, result.fate.value) for batch in batches for result in batch.results)
    expected = {
        (f"e-{number}", fate): count for number in range(400) for fate, count in (("accepted", 1), ("duplicate", 7))
    }
    assert fates == expected
    assert DropOff.objects.count() == 400
    # Each batch holds as many as it says, and one that brought nothing waits for nobody.
    for batch in DropOffBatch.objects.all():
        held = DropOff.objects.filter(batch=batch).count()
        assert (batch.event_count, batch.tallied_at is None) == (held, held > 0)


def test_of_different_facts_under_one_id_one_is_accepted_and_the_others_are_conflicts(
    bin_07: SmartBin, zhang: Household, now: dt.datetime
) -> None:
    def send(number: int) -> RecordedBatch:
        events = [event(f"e-{each}", weight_g=1_000 + number) for each in range(100)]
        bins = SmartBin.objects.select_related("point").get(pk=bin_07.pk)
        return record_drop_offs(smart_bin=bins, events=events, door=Door.HTTP, received_at=now)

    batches = at_once(senders=SENDERS, work=send)
    for each in range(100):
        fates = [batch.results[each].fate.value for batch in batches]
        assert Counter(fates) == {"accepted": 1, "conflict": SENDERS - 1}
        assert DropOff.objects.get(event_id=f"e-{each}").weight_g == 1_000 + fates.index("accepted")
    assert RefusedEvent.objects.filter(code="conflict").count() == 100 * (SENDERS - 1)


def test_racing_senders_of_the_same_refusals_store_each_once_and_count_the_others(
    bin_07: SmartBin, now: dt.datetime
) -> None:
    events = [event(f"e-{number}", weight_g=0) for number in range(200)]

    def send(number: int) -> None:
        bins = SmartBin.objects.select_related("point").get(pk=bin_07.pk)
        shuffled = random.Random(number).sample(events, len(events))
        record_drop_offs(smart_bin=bins, events=shuffled, door=Door.HTTP, received_at=now)

    at_once(senders=SENDERS, work=send)
    assert list(RefusedEvent.objects.values_list("repeat_count", flat=True)) == [SENDERS - 1] * 200
