"""The tally: what a household's day earns is posted once, whatever the order of arrival."""

import datetime as dt

import pytest

from households.models import Household
from indicators.models import CommunityDay
from people.models import User
from points.audit import verify_ledger
from points.models import Account, DaySettlement, HouseholdDay, TallyRun, Transfer
from points.release import release_due
from sorting.models import DropOffBatch, SmartBin, Verdict
from tests.builders import at, make_attribution, make_drop_off, make_verification
from tests.conftest import TODAY
from worker.tally import drain
from worker.transaction import Fate

pytestmark = pytest.mark.django_db
AFTER_CHECKING = dt.timedelta(hours=48)


def balances(household: Household) -> tuple[int, int]:
    """(pending, available) points; zeros where the household has no accounts yet."""
    found = dict(Account.objects.filter(household=household).values_list("kind", "balance_points"))
    return found.get("PENDING") or 0, found.get("AVAILABLE") or 0


def test_a_drop_off_in_the_window_brings_zhang_ten_pending_points(
    zhang: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY), weight_g=1_620, is_tallied=False)
    outcome = drain(now=now)
    assert (outcome.fate, outcome.row_count, outcome.points) == (Fate.DONE, 1, 10)
    assert balances(zhang) == (10, 0)
    day = CommunityDay.objects.get()
    assert (day.drop_off_count, day.weight_g, day.household_count) == (1, 1_620, 1)
    assert HouseholdDay.objects.get().points == 10
    assert not DropOffBatch.objects.filter(tallied_at=None).exists()


def test_a_second_drain_changes_nothing(zhang: Household, bin_07: SmartBin, now: dt.datetime) -> None:
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY), is_tallied=False)
    drain(now=now)
    assert drain(now=now).fate is Fate.IDLE
    assert Transfer.objects.count() == 1


def test_the_two_best_food_drop_offs_count_whatever_their_order(
    zhang: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    for hour, inside in ((12, False), (8, True), (13, False), (19, True)):
        occurred_at = at(on=TODAY - dt.timedelta(days=1), hour=hour)
        make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=occurred_at, is_in_window=inside, is_tallied=False)
        drain(now=now)
    assert balances(zhang) == (20, 0)
    assert list(Transfer.objects.order_by("pk").values_list("points", flat=True)) == [5, 10, 5]


def test_recyclables_earn_by_weight_up_to_the_days_limit(zhang: Household, bin_07: SmartBin, now: dt.datetime) -> None:
    for weight_g in (49, 1_230, 50):
        make_drop_off(
            smart_bin=bin_07,
            household=zhang,
            occurred_at=at(on=TODAY),
            category="RECYCLABLE",
            weight_g=weight_g,
            is_tallied=False,
        )
    drain(now=now)
    assert balances(zhang) == (61 + 2, 0)
    make_drop_off(
        smart_bin=bin_07,
        household=zhang,
        occurred_at=at(on=TODAY),
        category="RECYCLABLE",
        weight_g=20_000,
        is_tallied=False,
    )
    drain(now=now)
    assert balances(zhang) == (500, 0)


def test_an_unknown_card_counts_for_the_community_and_for_nobodys_points(bin_07: SmartBin, now: dt.datetime) -> None:
    make_drop_off(smart_bin=bin_07, occurred_at=at(on=TODAY), card="X", is_tallied=False)
    drain(now=now)
    day = CommunityDay.objects.get()
    assert (day.drop_off_count, day.household_count) == (1, 0)
    assert not Transfer.objects.exists()


def test_an_attribution_brings_zhang_the_points_and_the_community_a_household(
    zhang: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    drop_off = make_drop_off(smart_bin=bin_07, occurred_at=at(on=TODAY), card="X", is_tallied=False)
    drain(now=now)
    make_attribution(drop_off=drop_off, household=zhang, is_tallied=False)
    drain(now=now)
    assert balances(zhang) == (10, 0)
    day = CommunityDay.objects.get()
    assert (day.drop_off_count, day.weight_g, day.household_count) == (1, 1_000, 1)


def test_points_are_released_when_the_checking_window_has_ended(
    zhang: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    drop_off = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY), is_tallied=False)
    drain(now=now)
    received_at = drop_off.batch.received_at
    assert release_due(now=received_at + AFTER_CHECKING - dt.timedelta(seconds=1)) == 0
    # SQLite rounds the due moment up by a second at the most.
    assert release_due(now=received_at + AFTER_CHECKING + dt.timedelta(seconds=2)) == 10
    assert balances(zhang) == (0, 10)
    assert release_due(now=received_at + AFTER_CHECKING * 2) == 0


def test_what_was_released_stays_released_when_a_worker_with_an_earlier_clock_tallies_the_day_again(
    zhang: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    """A worker reads its clock when it begins to drain a backlog; meanwhile the checking window ends."""
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY), is_tallied=False)
    drain(now=now)
    after = now + AFTER_CHECKING
    assert release_due(now=after) == 10
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY, hour=9), is_tallied=False)
    drain(now=after - dt.timedelta(hours=6))
    assert balances(zhang) == (0, 20)
    assert not Transfer.objects.filter(reason="REVERSE").exists()
    assert DaySettlement.objects.get().settled_at == after
    assert verify_ledger().faults == []


def test_a_correct_verdict_releases_and_adds_the_bonus_once_a_day(
    zhang: Household, bin_07: SmartBin, chen: User, now: dt.datetime
) -> None:
    for hour in (8, 19):
        drop_off = make_drop_off(
            smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY, hour=hour), is_tallied=False
        )
        make_verification(drop_off=drop_off, guide=chen, verdict=Verdict.CORRECT, is_tallied=False)
    late = now + dt.timedelta(hours=12)
    drain(now=late)
    assert balances(zhang) == (0, 25)


def test_a_contaminated_drop_off_leaves_the_day_and_a_misplaced_one_costs_the_penalty_too(
    zhang: Household, bin_07: SmartBin, chen: User, now: dt.datetime
) -> None:
    yesterday = TODAY - dt.timedelta(days=1)
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=yesterday), is_tallied=False)
    drain(now=now)
    release_due(now=now + AFTER_CHECKING)
    assert balances(zhang) == (0, 10)
    bad = make_drop_off(
        smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY), category="RECYCLABLE", is_tallied=False
    )
    drain(now=now)
    assert balances(zhang) == (50, 10)
    make_verification(drop_off=bad, guide=chen, verdict=Verdict.MISPLACED, is_tallied=False)
    drain(now=now + AFTER_CHECKING)
    assert balances(zhang) == (0, 0)
    reasons = list(Transfer.objects.order_by("pk").values_list("reason", "points"))
    assert reasons[-2:] == [("REVERSE", 50), ("PENALTY", 10)]


def test_a_penalty_takes_what_is_there_and_records_the_rest(
    zhang: Household, bin_07: SmartBin, chen: User, now: dt.datetime
) -> None:
    bad = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY), is_tallied=False)
    make_verification(drop_off=bad, guide=chen, verdict=Verdict.MISPLACED, is_tallied=False)
    drain(now=now)
    assert balances(zhang) == (0, 0)
    assert DaySettlement.objects.get().penalty_shortfall_points == 10


def test_a_verdict_overturned_gives_back_what_it_took(
    zhang: Household, bin_07: SmartBin, chen: User, now: dt.datetime
) -> None:
    drop_off = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY), is_tallied=False)
    for verdict, expected in (
        (Verdict.CORRECT, (0, 15)),
        (Verdict.MISPLACED, (0, 0)),
        (Verdict.WITHDRAWN, (10, 0)),
        (Verdict.CORRECT, (0, 15)),
    ):
        make_verification(drop_off=drop_off, guide=chen, verdict=verdict, is_tallied=False)
        drain(now=now)
        assert balances(zhang) == expected, verdict


def test_an_import_without_award_counts_and_earns_nothing(zhang: Household, bin_07: SmartBin, now: dt.datetime) -> None:
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY), is_awarding=False, is_tallied=False)
    drain(now=now)
    assert balances(zhang) == (0, 0)
    assert HouseholdDay.objects.get().weight_g == 1_000


def test_every_run_is_chained_to_the_one_before(zhang: Household, bin_07: SmartBin, now: dt.datetime) -> None:
    for hour in (7, 8):
        make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY, hour=hour), is_tallied=False)
        drain(now=now)
    first, second = TallyRun.objects.order_by("number")
    assert bytes(second.previous_digest) == bytes(first.digest)
    assert [first.number, second.number] == [1, 2]
