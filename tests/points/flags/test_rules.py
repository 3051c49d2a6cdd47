"""The rules of flags with plain numbers, each on both sides of its boundary."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

import pytest

from points.flags import thresholds
from points.flags.rules.bags import Bag, chains
from points.flags.rules.guides import boot_returns, is_own_verdict, is_same_photo, is_two_machines
from points.flags.rules.outliers import find_outliers
from points.flags.rules.places import Spot, find_two_places, is_too_soon, spot_of
from points.flags.rules.splitting import Splitting, find_splitting
from points.flags.rules.swipes import connected, find_swipe_groups, find_swipe_run
from points.flags.rules.weights import find_full_bin, find_heavy_bag
from points.rules import DayRules, EarningRule
from tests.conftest import NOON
from tests.points.flags.bags import bag

FOOD = EarningRule(
    unit="DROP_OFF", points=10, points_outside=5, weight_g_min=200, drop_offs_a_day_max=2, points_a_day_max=None
)
UNLIMITED = EarningRule(
    unit="DROP_OFF", points=10, points_outside=5, weight_g_min=200, drop_offs_a_day_max=None, points_a_day_max=None
)
BY_WEIGHT = EarningRule(
    unit="KG", points=50, points_outside=50, weight_g_min=50, drop_offs_a_day_max=None, points_a_day_max=500
)


def split(bags: Sequence[Bag], *, rule: EarningRule = FOOD, **of_sub_classes: EarningRule) -> Splitting | None:
    """Judge bags where one programme holds on every day."""
    programme = DayRules(
        by_code={bags[0].category: rule} | of_sub_classes,
        verdict_bonus_points=5,
        misplaced_penalty_points=10,
        checking_window_s=0,
    )
    return find_splitting(bags=bags, rules=defaultdict(lambda: programme))


def test_a_chain_holds_a_gap_of_its_limit_and_breaks_after_it() -> None:
    bags = [bag(seconds=0), bag(seconds=600), bag(seconds=1_200.5)]
    assert [len(chain) for chain in chains(bags=reversed(bags), gap_s=600)] == [2, 1]


class TestSplitting:
    """Li brings in six small bags what fits into one."""

    def test_six_bags_in_one_visit_are_splitting_and_five_are_not(self) -> None:
        six = [bag(seconds=30 * number, weight_g=350) for number in range(6)]
        evidence = split(six)
        assert evidence is not None
        assert (evidence.visit_count, evidence.bag_count, evidence.extra_count) == (1, 6, 5)
        assert (evidence.weight_g, evidence.gain_points) == (2_100, 10)
        assert split(six[:5]) is None

    def test_two_for_one_on_five_days_is_splitting_and_on_four_is_not(self) -> None:
        habit = [bag(days=on, seconds=60 * number, weight_g=300) for on in range(5) for number in range(2)]
        evidence = split(habit)
        assert evidence is not None
        assert (evidence.visit_count, evidence.gain_points) == (5, 50)
        assert split(habit[:8]) is None

    def test_six_at_once_are_seen_though_another_bag_of_the_day_had_filled_it_anyway(self) -> None:
        once = [bag(seconds=30 * number, weight_g=250) for number in range(6)]
        evidence = split([*once, bag(seconds=4 * 3600, weight_g=1_800)])
        assert evidence is not None
        assert (evidence.extra_count, evidence.gain_points, evidence.alone_points) == (5, 0, 10)

    def test_bags_too_heavy_for_one_are_no_splitting(self) -> None:
        just_one = [bag(seconds=number, weight_g=380) for number in range(5)] + [bag(seconds=9, weight_g=400)]
        assert sum(each.weight_g for each in just_one) == thresholds.ONE_BAG_G_MAX
        assert split(just_one) is not None
        assert split([*just_one[:5], bag(seconds=9, weight_g=401)]) is None

    def test_who_comes_back_after_ten_minutes_makes_another_visit(self) -> None:
        assert split([bag(seconds=600 * number, weight_g=300) for number in range(6)]) is not None
        assert split([bag(seconds=601 * number, weight_g=300) for number in range(6)]) is None

    def test_bags_at_two_points_are_not_one_visit(self) -> None:
        assert split([bag(seconds=number, point=number % 2, weight_g=300) for number in range(6)]) is None

    def test_where_weight_is_paid_splitting_gains_nothing(self) -> None:
        bottles = [bag(seconds=number, category="RECYCLABLE", weight_g=300) for number in range(7)]
        assert split(bottles, rule=BY_WEIGHT) is None

    def test_without_a_limit_each_bag_gains(self) -> None:
        evidence = split([bag(seconds=number, weight_g=300) for number in range(7)], rule=UNLIMITED)
        assert evidence is not None
        assert evidence.gain_points == 60

    def test_paper_and_bottles_are_not_one_bag_and_six_bags_of_paper_are(self) -> None:
        mixed = [
            bag(seconds=number, category="RECYCLABLE", sub_class="PAPER" if number % 2 else "PLASTIC", weight_g=200)
            for number in range(6)
        ]
        assert split(mixed, rule=UNLIMITED, PAPER=UNLIMITED) is None
        paper = [bag(seconds=number, category="RECYCLABLE", sub_class="PAPER", weight_g=200) for number in range(6)]
        evidence = split(paper, rule=BY_WEIGHT, PAPER=UNLIMITED)
        assert evidence is not None
        assert evidence.gain_points == 50

    def test_bags_under_the_minimum_gain_nothing(self) -> None:
        assert split([bag(seconds=number, weight_g=199) for number in range(8)]) is None

    def test_thirty_kilograms_can_be_carried_and_a_gram_more_cannot(self) -> None:
        assert find_heavy_bag(category="FOOD", weight_g=30_000, capacity_l=240) is None
        evidence = find_heavy_bag(category="FOOD", weight_g=30_001, capacity_l=None)
        assert evidence is not None
        assert evidence.weight_g_max == 30_000

    def test_a_small_container_holds_less_than_a_person_carries(self) -> None:
        assert find_heavy_bag(category="RECYCLABLE", weight_g=12_000, capacity_l=30) is None
        evidence = find_heavy_bag(category="RECYCLABLE", weight_g=12_001, capacity_l=30)
        assert evidence is not None
        assert evidence.weight_g_max == 12_000

    def test_a_day_holds_four_containers_and_not_a_gram_more(self) -> None:
        assert find_full_bin(category="FOOD", weight_g=960_000, capacity_l=None) is None
        assert find_full_bin(category="FOOD", weight_g=960_001, capacity_l=None) is not None
        assert find_full_bin(category="FOOD", weight_g=480_001, capacity_l=120) is not None

    def test_the_published_day_of_297_tonnes_is_impossible(self) -> None:
        assert find_full_bin(category="FOOD", weight_g=297_000_000, capacity_l=1_100) is not None


class TestPlaces:
    """One card, two points: 25 km/h and a minute between two clocks."""

    @pytest.mark.parametrize(
        ("gap_s", "distance_m", "is_flagged"),
        [
            (0, 420.0, False),
            (0, 420.1, True),
            (240, 2_100.0, False),
            (240, 2_100.1, True),
            (60, None, True),
            (60.001, None, False),
            (3_600, 100_000.0, True),
            (3_600.001, 100_000.0, False),
        ],
    )
    def test_what_is_too_soon(self, gap_s: float, distance_m: float | None, is_flagged: bool) -> None:
        assert is_too_soon(gap_s=gap_s, distance_m=distance_m) is is_flagged

    def test_two_points_three_kilometres_apart_within_four_minutes(self) -> None:
        spots = {1: Spot(x_m=0, y_m=0), 2: Spot(x_m=3_000, y_m=0)}
        bags = [bag(point=1), bag(seconds=240, point=2), bag(seconds=7_200, point=1)]
        evidence = find_two_places(bags=bags, spots=spots)
        assert evidence is not None
        assert (evidence.leg_count, evidence.gap_s, evidence.distance_m) == (1, 240, 3_000)
        assert evidence.drop_off_ids == (bags[0].drop_off_id, bags[1].drop_off_id)

    def test_two_bins_of_one_point_are_one_place(self) -> None:
        assert find_two_places(bags=[bag(bin_id=7), bag(seconds=5, bin_id=8)], spots={}) is None

    def test_the_map_is_right_to_a_thousandth(self) -> None:
        """A degree of latitude is 111.2 km, one of longitude at 34° north 92.2 km."""
        here = spot_of(latitude=34.0, longitude=113.0, middle_latitude=34.0)
        north = spot_of(latitude=34.1, longitude=113.0, middle_latitude=34.0)
        east = spot_of(latitude=34.0, longitude=113.1, middle_latitude=34.0)
        assert north.y_m - here.y_m == pytest.approx(11_119.5, rel=1e-3)
        assert east.x_m - here.x_m == pytest.approx(9_218.6, rel=1e-3)


class TestSwipes:
    """A stack of cards is faster than a queue."""

    def test_six_households_eight_seconds_apart_are_a_run_and_five_are_not(self) -> None:
        six = [bag(seconds=8 * number, household=number) for number in range(6)]
        evidence = find_swipe_run(bags=six)
        assert evidence is not None
        assert (evidence.household_count, evidence.seconds, evidence.run_count) == (6, 40, 1)
        assert find_swipe_run(bags=six[:5]) is None

    def test_a_queue_is_slower(self) -> None:
        assert find_swipe_run(bags=[bag(seconds=8.5 * number, household=number) for number in range(20)]) is None

    def test_many_bags_of_few_households_are_no_run(self) -> None:
        assert find_swipe_run(bags=[bag(seconds=number, household=number % 5) for number in range(30)]) is None

    def test_three_neighbours_together_on_four_days_are_a_group(self) -> None:
        together = [bag(days=on, seconds=15 * place, household=place) for on in range(4) for place in range(3)]
        (group,) = find_swipe_groups(bags=together)
        assert (group.household_ids, group.day_count, len(group.drop_off_ids)) == ((0, 1, 2), 4, 12)
        assert find_swipe_groups(bags=together[:9]) == []

    def test_a_couple_is_no_group(self) -> None:
        pair = [bag(days=on, seconds=place, household=place) for on in range(7) for place in range(2)]
        assert find_swipe_groups(bags=pair) == []

    def test_a_crowd_at_opening_time_is_no_company(self) -> None:
        crowd = [bag(days=on, seconds=10 * place, household=place) for on in range(7) for place in range(13)]
        assert find_swipe_groups(bags=crowd) == []
        assert find_swipe_groups(bags=[each for each in crowd if each.household_id < 12]) != []

    def test_who_hangs_together(self) -> None:
        assert connected(pairs=[(1, 2), (5, 6), (2, 3)]) == [(1, 2, 3), (5, 6)]
        assert connected(pairs=[(1, 2), (3, 4), (2, 3)]) == [(1, 2, 3, 4)]


class TestOutliers:
    """Against the median of the community, and the median distance from it."""

    USUAL = {number: 100 + 10 * (number % 5) for number in range(1, 25)}  # median 120, MAD 10

    def test_far_above_everybody_is_an_outlier(self) -> None:
        (found,) = find_outliers(points=self.USUAL | {99: 2_000})
        assert (found.household_id, found.points, found.median_points, found.mad_points) == (99, 2_000, 120, 10)
        assert found.score == pytest.approx(126.8)

    def test_under_the_least_that_is_worth_a_look_nothing_is_said(self) -> None:
        assert find_outliers(points=self.USUAL | {99: thresholds.OUTLIER_POINTS_MIN - 1}) == []
        assert len(find_outliers(points=self.USUAL | {99: thresholds.OUTLIER_POINTS_MIN})) == 1

    def test_where_everybody_differs_a_high_figure_is_usual(self) -> None:
        wide = {number: 60 * number for number in range(1, 25)}  # median about 750, MAD about 360
        assert find_outliers(points=wide | {99: 3_000}) == []
        assert find_outliers(points=wide | {99: 6_000}) != []

    def test_a_small_community_has_no_usual(self) -> None:
        few = dict.fromkeys(range(1, thresholds.OUTLIER_HOUSEHOLDS_MIN), 100)
        assert len(find_outliers(points=few | {99: 5_000})) == 1
        del few[1]
        assert find_outliers(points=few | {99: 5_000}) == []

    def test_households_that_earned_nothing_do_not_make_the_median(self) -> None:
        idle = {1_000 + number: 0 for number in range(500)}
        assert find_outliers(points=self.USUAL | idle | {99: 2_000})[0].median_points == 120


class TestGuidesAndMachines:
    """What slipped past the refusal."""

    @pytest.mark.parametrize(
        ("joined_days", "left_days", "is_own"),
        [(-10, None, True), (30, None, True), (31, None, False), (-10, -1, False), (-10, 0, False), (-10, 1, True)],
    )
    def test_whose_verdict_it_is(self, joined_days: int, left_days: int | None, is_own: bool) -> None:
        left_at = None if left_days is None else NOON + dt.timedelta(days=left_days)
        joined_at = NOON + dt.timedelta(days=joined_days)
        assert is_own_verdict(verified_at=NOON, joined_at=joined_at, left_at=left_at) is is_own

    def test_a_bin_sees_alike_and_a_person_does_not(self) -> None:
        assert is_same_photo(is_identical=True, distance=0, is_by_person=False)
        assert not is_same_photo(is_identical=False, distance=0, is_by_person=False)
        assert is_same_photo(is_identical=False, distance=2, is_by_person=True)
        assert not is_same_photo(is_identical=False, distance=3, is_by_person=True)

    def test_a_restart_goes_back_once_and_two_machines_keep_going_back(self) -> None:
        assert boot_returns(boot_ids=["a", "a", "b", "a", "b"]) == 2
        assert not is_two_machines(boot_ids=["a", "b", "a", "b"])
        assert is_two_machines(boot_ids=["a", "b", "a", "b", "a"])
        assert not is_two_machines(boot_ids=["a", "b", "c", "d", "e", "f"])
