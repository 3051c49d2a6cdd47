"""Two workers at once, held at the moment that matters: what one of them sees of the other's work."""

import datetime as dt

import pytest
from django.db import transaction

from households.models import Community, Household
from points import ledger
from points.audit import verify_ledger
from points.release import release_due
from sorting.models import CollectionPoint, SmartBin
from tests.builders import at, make_drop_off
from tests.conftest import TODAY
from tests.faults.promises import recount_is_equal
from tests.worker.test_retry_faults import elsewhere
from tests.worker.test_tally import AFTER_CHECKING, balances
from worker.tally import drain
from worker.transaction import tally_batches

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def bin_11(west_park: Community, now: dt.datetime) -> SmartBin:
    """A bin of the other community, on Zhang's way to work."""
    point = CollectionPoint.objects.create(community=west_park, name="南门")
    return SmartBin.objects.create(code="B-0011", point=point, categories="FOOD", registered_at=now)


def test_zhangs_limit_holds_when_two_communities_bins_are_tallied_at_once(
    zhang: Household, bin_07: SmartBin, bin_11: SmartBin, now: dt.datetime
) -> None:
    here = [
        make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY, hour=h), is_tallied=False)
        for h in (7, 8)
    ]
    ledger.open_accounts(household_ids=[zhang.pk])  # not to wait for the making of the accounts, but for their locks
    for hour in (7, 8):
        make_drop_off(smart_bin=bin_11, household=zhang, occurred_at=at(on=TODAY, hour=hour), is_tallied=False)
    with elsewhere() as pool:
        with transaction.atomic():
            tally_batches(batch_ids=[each.batch_id for each in here], community_id=bin_07.point.community_id, now=now)
            other = pool.submit(drain, now=now)
            with pytest.raises(TimeoutError):
                other.result(timeout=1)  # it waits for Zhang's accounts
        assert other.result(timeout=30).row_count == 2
    assert balances(zhang) == (20, 0)
    assert verify_ledger().faults == []
    assert recount_is_equal()


def test_a_release_sees_what_a_tally_that_it_waited_for_has_added(
    zhang: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY), is_tallied=False)
    drain(now=now)
    late = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY, hour=9), is_tallied=False)
    with elsewhere() as pool:
        with transaction.atomic():
            tally_batches(batch_ids=[late.batch_id], community_id=late.community_id, now=now)
            release = pool.submit(release_due, now=now + AFTER_CHECKING)
            with pytest.raises(TimeoutError):
                release.result(timeout=1)
        assert release.result(timeout=30) == 20
    assert balances(zhang) == (0, 20)
    assert verify_ledger().faults == []
