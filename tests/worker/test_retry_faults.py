"""retry_faults beside everything else that may happen to what was set aside: nothing counts twice, nothing is lost."""

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from households.models import Household
from indicators.models import CommunityDay
from points.audit import verify_ledger
from sorting.models import DropOff, SetAside, SmartBin
from tests.builders import at, make_attribution, make_drop_off
from tests.conftest import TODAY
from tests.faults.promises import recount_is_equal
from tests.worker.test_tally import balances
from worker.retry import retry_faults
from worker.tally import drain
from worker.transaction import try_community_lock

pytestmark = pytest.mark.django_db(transaction=True)


def set_aside(drop_off: DropOff, *, now: dt.datetime) -> None:
    """As the tally does with a row that it cannot take."""
    SetAside.objects.create(drop_off=drop_off, error="poison", set_aside_at=now)


@contextmanager
def elsewhere() -> Iterator[ThreadPoolExecutor]:
    """One more thread, with a connection of its own that is closed afterwards."""
    with ThreadPoolExecutor(1) as pool:
        try:
            yield pool
        finally:
            pool.submit(lambda: connection.close()).result()


def test_a_row_whose_batch_still_waits_is_counted_once(zhang: Household, bin_07: SmartBin, now: dt.datetime) -> None:
    """Its worker died between setting it aside and tallying the others."""
    drop_off = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY), is_tallied=False)
    set_aside(drop_off, now=now)
    assert retry_faults(now=now) == (1, 0)
    assert CommunityDay.objects.get().drop_off_count == 1
    assert balances(zhang) == (10, 0)
    assert recount_is_equal()


@pytest.mark.postgres
def test_a_retry_waits_for_the_worker_that_has_the_community(
    zhang: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    """An attribution of the row is tallied at the same moment: whoever comes second must see the first."""
    drop_off = make_drop_off(smart_bin=bin_07, occurred_at=at(on=TODAY), card="X")
    set_aside(drop_off, now=now)
    retried: Future[tuple[int, int]]
    with elsewhere() as pool:
        with transaction.atomic():
            assert try_community_lock(community_id=bin_07.point.community_id)
            retried = pool.submit(retry_faults, now=now)
            with pytest.raises(TimeoutError):
                retried.result(timeout=1)
            make_attribution(drop_off=drop_off, household=zhang)
        assert retried.result(timeout=30) == (1, 0)
    drain(now=now)
    assert balances(zhang) == (10, 0)
    assert verify_ledger().faults == []
    assert recount_is_equal()
