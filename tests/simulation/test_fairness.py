"""What the search for flags says of an honest week and of planted dishonesty. The long form is bench flags_honest."""

import datetime as dt
from itertools import pairwise

import pytest

from points.models import FlagKind
from simulation.bins.layout import plan_district
from simulation.fairness.cheats import NoRoom, copies_max, plan_cheats
from simulation.fairness.honest import QUEUE_S_MIN, Habits, honest_bags
from simulation.fairness.measuring import measure_cheats, measure_honest, prepare

MONDAY = dt.date(2026, 11, 2)
NOT_TO_BE_FOUND = {
    "one bag as two on 3 days",
    "one bag as two on 4 days",
    "one bag as 5 at once",
    "a bag of 28 kg",
    "3 fillings in a day",
    "the next community 300 s later",
    "3 cards together on 3 days",
    "10 kg of recyclables on 1 days",
}
# One more or less than the threshold: an honest bag beside them decides.
ON_THE_EDGE = {"one bag as two on 5 days", "5 cards in one hand"}


@pytest.mark.django_db
def test_a_week_of_honest_households_that_stand_in_line_opens_no_flag() -> None:
    stage = prepare(seed="honest", bins=4, households=300, monday=MONDAY)
    counts = measure_honest(stage=stage, days=7, habits=Habits(carries_together=True, is_crowded=True))
    assert stage.row_count > 1_500
    assert counts == {}


@pytest.mark.django_db
def test_planted_dishonesty_is_found_above_the_thresholds_and_not_below() -> None:
    stage = prepare(seed="cheats", bins=40, households=900, monday=MONDAY)
    outcome = measure_cheats(stage=stage, copies=1)
    assert {kind for kind, _ in outcome} == set(FlagKind.values) - {"OWN_VERDICT", "SAME_PHOTO", "TWO_MACHINES"}
    found = {strength for (_, strength), (count, _) in outcome.items() if count}
    assert found - ON_THE_EDGE == {strength for _, strength in outcome} - NOT_TO_BE_FOUND - ON_THE_EDGE


def test_the_same_seed_cheats_the_same() -> None:
    layout = plan_district(seed="1", bins=40, households=900, faults=())
    assert plan_cheats(layout=layout, monday=MONDAY, copies=1) == plan_cheats(layout=layout, monday=MONDAY, copies=1)


def test_a_small_district_has_room_for_as_many_cases_as_it_has_bins() -> None:
    rooms = {bins: plan_district(seed="1", bins=bins, households=300, faults=()) for bins in (14, 16, 32)}
    assert {bins: copies_max(layout=layout) for bins, layout in rooms.items()} == {14: 0, 16: 1, 32: 2}
    assert len(plan_cheats(layout=rooms[32], monday=MONDAY, copies=2)) == 2 * len(
        plan_cheats(layout=rooms[16], monday=MONDAY, copies=1)
    )
    with pytest.raises(NoRoom, match="2 cases of each strength asked, 1 fit"):
        plan_cheats(layout=rooms[16], monday=MONDAY, copies=2)


def test_in_a_line_nobody_is_served_before_the_one_in_front_is_done() -> None:
    layout = plan_district(seed="1", bins=2, households=300, faults=())
    bags = list(honest_bags(layout=layout, on=MONDAY, habits=Habits(is_crowded=True)))
    for number in (0, 1):
        seconds = sorted(bag.second for bag in bags if bag.bin_number == number and 7 * 3600 < bag.second < 7.4 * 3600)
        gaps = [later - earlier for earlier, later in pairwise(seconds)]
        assert gaps
        assert min(gaps) >= QUEUE_S_MIN
