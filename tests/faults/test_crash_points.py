"""A worker that dies at a named point: before, within and after the one transaction."""

import subprocess
import sys

import pytest
from django.utils import timezone

from tests.faults.district import make_bins, make_events, send
from tests.faults.promises import broken_promises
from tests.faults.workers import ROOT, environment
from worker.tally import drain

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("point", ["after_claim", "after_mark", "before_commit", "after_commit"])
def test_a_worker_that_dies_at_this_point_loses_and_doubles_nothing(point: str) -> None:
    now = timezone.now()
    bins = make_bins(community_count=2, households_each=10, now=now)
    sent = []
    for index, smart_bin in enumerate(bins):
        events = make_events(prefix=f"{point}{index}", count=120, card_prefix=f"K{index}", card_count=10, now=now)
        send(smart_bin=smart_bin, events=events, now=now)
        sent += [str(event["event_id"]) for event in events]
    died = subprocess.run(
        [sys.executable, "manage.py", "tally"],
        cwd=ROOT,
        env=environment(CRASHPOINT=point),
        capture_output=True,
        check=False,
    )
    assert died.returncode == 9, died.stderr.decode()
    drain(now=timezone.now())
    assert broken_promises(sent_event_ids=sent) == []
