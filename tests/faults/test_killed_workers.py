"""kill -9 of a tally worker at random moments: nothing lost, nothing twice, work resumes unaided."""

import random
import time
from collections.abc import Callable

import pytest
from django.utils import timezone

from points.models import TallyRun
from sorting.models import Fate, SmartBin
from tests.faults.district import make_bins, make_events, send
from tests.faults.promises import broken_promises
from tests.faults.workers import Spawner, spawner
from worker.retry import retry_faults
from worker.tally import drain

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
EVENTS = 20_000
KILLS = 50
EVENTS_A_BATCH = 200
HOUSEHOLDS_EACH = 40


def kill_while_events_arrive(
    *, workers: Spawner, bins: list[SmartBin], seed: str, kills_max: int, events: int
) -> list[str]:
    """Send all events, every fifth batch twice, while one worker after the other is killed; the accepted ids."""
    chance = random.Random(seed)
    accepted: list[str] = []
    batches = events // EVENTS_A_BATCH
    kill_after = {chance.randrange(batches) for _ in range(kills_max * 3)}
    kills = 0
    pid = workers.start()
    for number in range(batches):
        smart_bin = bins[number % len(bins)]
        made = make_events(
            prefix=f"{seed}-{number}",
            count=EVENTS_A_BATCH,
            card_prefix=f"K{number % len(bins)}",
            card_count=HOUSEHOLDS_EACH,
            now=timezone.now(),
        )
        assert send(smart_bin=smart_bin, events=made, now=timezone.now()) == [Fate.ACCEPTED] * len(made)
        accepted += [str(event["event_id"]) for event in made]
        if number % 5 == 0:
            assert send(smart_bin=smart_bin, events=made, now=timezone.now()) == [Fate.DUPLICATE] * len(made)
        while number in kill_after and kills < kills_max:
            time.sleep(chance.uniform(0.02, 0.15))
            workers.kill(pid=pid)
            pid = workers.start()
            kills += 1
            if chance.random() < 0.6:
                break
    while kills < kills_max:
        time.sleep(chance.uniform(0.02, 0.15))
        workers.kill(pid=pid)
        pid = workers.start()
        kills += 1
    return accepted


def test_fifty_kills_lose_nothing_and_count_nothing_twice(
    db: None, record_property: Callable[[str, object], None]
) -> None:
    seed = f"{random.SystemRandom().randrange(10**6)}"
    record_property("seed", seed)
    bins = make_bins(community_count=4, households_each=HOUSEHOLDS_EACH, now=timezone.now())
    with spawner() as workers:
        accepted = kill_while_events_arrive(workers=workers, bins=bins, seed=seed, kills_max=KILLS, events=EVENTS)
    runs_before = TallyRun.objects.count()
    assert runs_before > 1, "the workers did not get to work at all"
    drain(now=timezone.now())
    # A batch under which workers died again and again may have been set aside, visibly: it goes through now.
    retry_faults(now=timezone.now())
    assert broken_promises(sent_event_ids=accepted) == [], f"seed {seed}"


def test_without_the_transaction_kills_do_break_promises(db: None) -> None:
    """The control: the same kills with the run's steps committing one by one."""
    bins = make_bins(community_count=4, households_each=HOUSEHOLDS_EACH, now=timezone.now())
    sent: list[str] = []
    for attempt in range(5):
        with spawner(without="transaction") as workers:
            sent += kill_while_events_arrive(
                workers=workers, bins=bins, seed=f"control-{attempt}", kills_max=25, events=4_000
            )
        drain(now=timezone.now())
        retry_faults(now=timezone.now())
        if broken_promises(sent_event_ids=sent):
            return
    pytest.fail("killed without a transaction and nothing was lost: the test proves nothing")
