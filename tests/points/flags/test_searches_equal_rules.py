"""The set-based searches find what the rules find when they are asked about everybody: on dense random days."""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence

import pytest

from households.models import Community
from points.flags.finders.places import find_cards_at_two_places, read_spots
from points.flags.finders.splitting import find_split_bags
from points.flags.finders.swipes import find_bin_swipe_groups, find_bin_swipe_runs
from points.flags.finding import Finding, Span
from points.flags.rules.bags import Bag
from points.flags.rules.places import TwoPlaces, find_two_places
from points.flags.rules.splitting import Splitting, find_splitting
from points.flags.rules.swipes import SwipeGroup, SwipeRun, find_swipe_groups, find_swipe_run
from points.flags.thresholds import EVIDENCE_ROWS_MAX
from points.models import PointRule
from points.programmes import load_programme_book
from sorting.models import Attribution, CollectionPoint, DropOff, SmartBin
from tests.builders import at, make_attribution, make_batch, make_drop_off
from tests.conftest import TODAY
from tests.emptying import emptying_allowed
from tests.points.flags.test_look import make_neighbours

pytestmark = pytest.mark.django_db
MONDAY = TODAY - dt.timedelta(days=7)
WEEK = Span(starts_on=MONDAY, ends_on=MONDAY + dt.timedelta(days=6))
SCENES = 180
RUNS = 6
GAPS_S = (0, 0.5, 7.999, 8, 8.001, 14.999, 15, 15.001, 40, 60, 60.001, 240, 600, 600.001, 700)


def make_crowded_week(*, chance: random.Random, community: Community) -> None:
    """Scenes of some bags with gaps on both sides of every limit: of one household, or of several in turn."""
    for number in range(3):
        spot = {"latitude": 34.0 + 0.02 * number, "longitude": 113.8} if number else {}
        point = CollectionPoint.objects.create(community=community, name=f"{number} 号点", **spot)
        SmartBin.objects.create(code=f"B-1{number}", point=point, categories="FOOD", registered_at=at(on=MONDAY))
    bins = list(SmartBin.objects.order_by("pk"))
    households = make_neighbours(community=community, count=40)
    batch = make_batch(community=community, received_at=at(on=MONDAY))
    for number in range(SCENES):
        moment = at(on=MONDAY + dt.timedelta(days=chance.randrange(7)), hour=chance.choice((7, 18, 23)))
        moment += dt.timedelta(seconds=chance.randrange(3_600))
        alone = [chance.choice(households)]
        cast = chance.choice((alone, alone, households[2:6], households[3:5], households[:9]))
        where = chance.choice((bins[:1], bins[:1], bins))
        gaps_s: Sequence[float] = chance.sample(GAPS_S, k=3)
        if number < RUNS:  # a run is rare among random gaps
            cast, where, gaps_s = households[:9], bins[:1], (0.5, 7.999, 8)
        for place in range(9 if number < RUNS else chance.randrange(1, 9)):
            household = cast[place % len(cast)]
            drop_off = make_drop_off(
                smart_bin=chance.choice(where),
                household=household if chance.random() < 0.9 else None,
                card=f"a{household.pk}-{chance.randrange(2)}",
                category=chance.choice(("FOOD", "FOOD", "FOOD", "RECYCLABLE")),
                weight_g=chance.randrange(150, 500),
                is_in_window=chance.random() < 0.7,
                occurred_at=moment,
                batch=batch,
            )
            if drop_off.household is None and chance.random() < 0.5:
                make_attribution(drop_off=drop_off, household=household)
            moment += dt.timedelta(seconds=chance.choice(gaps_s))


def all_bags(*, is_key: Callable[[Bag], Hashable]) -> Iterable[list[Bag]]:
    """Every bag of the week of a known household, in groups."""
    attributed = dict(Attribution.objects.values_list("drop_off_id", "household_id"))
    groups: defaultdict[Hashable, list[Bag]] = defaultdict(list)
    for each in DropOff.objects.select_related("bin").order_by("pk"):
        household_id = each.household_id or attributed.get(each.pk)
        if household_id is None:
            continue
        bag = Bag(
            drop_off_id=each.pk,
            household_id=household_id,
            bin_id=each.bin_id,
            point_id=each.bin.point_id,
            card_key=each.card_key,
            category=each.category,
            sub_class=each.sub_class,
            weight_g=each.weight_g,
            occurred_at=each.occurred_at,
            occurred_on=each.occurred_on,
            is_in_window=each.is_in_window,
        )
        groups[is_key(bag)].append(bag)
    return groups.values()


def rows_of(findings: Iterable[Finding]) -> list[tuple[int, ...]]:
    """What the findings are of, in one order."""
    return sorted(each.drop_off_ids for each in findings)


def ids_of(judged: Iterable[Splitting | TwoPlaces | SwipeRun | SwipeGroup | None]) -> list[tuple[int, ...]]:
    """The same of what the rules said."""
    return sorted(each.drop_off_ids[:EVIDENCE_ROWS_MAX] for each in judged if each is not None)


def days() -> Iterable[Span]:
    """Each day of the week."""
    return [Span(starts_on=MONDAY + dt.timedelta(days=n), ends_on=MONDAY + dt.timedelta(days=n)) for n in range(7)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_crowded_week_is_searched_as_it_is_judged(seed: int, east_lake: Community, bin_07: SmartBin) -> None:
    make_crowded_week(chance=random.Random(seed), community=east_lake)
    with emptying_allowed():
        PointRule.objects.update(drop_offs_a_day_max=None)  # else nearly every day has its two, and nothing is gained
    rules = load_programme_book().day_rules(community_id=east_lake.pk, on=MONDAY)

    split = [
        find_splitting(bags=bags, rules=defaultdict(lambda: rules))
        for bags in all_bags(is_key=lambda bag: (bag.household_id, bag.category))
    ]
    assert rows_of(find_split_bags(span=WEEK)) == ids_of(split)
    assert 0 < len(ids_of(split)) < len(split)

    spots = read_spots()
    legs = [
        find_two_places(bags=bags, spots=spots)
        for bags in all_bags(is_key=lambda bag: (bag.household_id, bag.card_key, bag.occurred_on))
    ]
    assert rows_of(found for day in days() for found in find_cards_at_two_places(span=day)) == ids_of(legs)
    assert 0 < len(ids_of(legs)) < len(legs)

    runs = [find_swipe_run(bags=bags) for bags in all_bags(is_key=lambda bag: (bag.bin_id, bag.occurred_on))]
    assert rows_of(found for day in days() for found in find_bin_swipe_runs(span=day)) == ids_of(runs)
    assert 0 < len(ids_of(runs)) < len(runs)

    groups = [group for bags in all_bags(is_key=lambda bag: bag.bin_id) for group in find_swipe_groups(bags=bags)]
    assert rows_of(find_bin_swipe_groups(span=WEEK)) == ids_of(groups)
    assert groups
