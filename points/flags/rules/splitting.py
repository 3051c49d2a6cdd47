"""Splitting (拆分投放): one bag brought as many, where many earn more than one."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from points.flags.rules.bags import Bag, chains
from points.flags.thresholds import ONE_BAG_G_MAX, SPLIT_EXTRA_A_WEEK_MIN, VISIT_GAP_S
from points.rules import DayFact, DayRules, category_points


@dataclass(frozen=True, slots=True)
class Splitting:
    """So many visits with so many bags that would have been one each; `extra_count` is the bags beyond that.

    `gain_points` is what the week earned more by it, `alone_points` what these bags alone would have earned more.
    """

    visit_count: int
    bag_count: int
    extra_count: int
    weight_g: int
    gain_points: int
    alone_points: int
    drop_off_ids: tuple[int, ...]


def find_splitting(*, bags: Sequence[Bag], rules: Mapping[dt.date, DayRules]) -> Splitting | None:
    """Judge one household's bags of one category in one week; `rules` is the programme of each day.

    A visit is a chain of bags of one sub-class at one point, each within VISIT_GAP_S of the one before; it is split
    when it has two bags or more that weigh no more than ONE_BAG_G_MAX together. Splitting is SPLIT_EXTRA_A_WEEK_MIN
    bags beyond one a visit, if they alone earn more than put together. Alone: whoever brought another bag that day may
    have reached the day's limit anyway and gained nothing, and yet has tried.
    """
    visits = _split_visits(bags=bags)
    extra_count = sum(len(visit) - 1 for visit in visits)
    if extra_count < SPLIT_EXTRA_A_WEEK_MIN:
        return None
    split = [bag for visit in visits for bag in visit]
    alone_points = _gain(bags=split, visits=visits, rules=rules)
    if alone_points < 1:
        return None
    return Splitting(
        visit_count=len(visits),
        bag_count=len(split),
        extra_count=extra_count,
        weight_g=sum(bag.weight_g for bag in split),
        gain_points=_gain(bags=bags, visits=visits, rules=rules),
        alone_points=alone_points,
        drop_off_ids=tuple(bag.drop_off_id for bag in split),
    )


def _split_visits(*, bags: Sequence[Bag]) -> list[list[Bag]]:
    by_place: defaultdict[tuple[int, str], list[Bag]] = defaultdict(list)
    for bag in bags:
        by_place[bag.point_id, bag.sub_class].append(bag)
    visits = [visit for place in sorted(by_place) for visit in chains(bags=by_place[place], gap_s=VISIT_GAP_S)]
    return [visit for visit in visits if len(visit) >= 2 and sum(bag.weight_g for bag in visit) <= ONE_BAG_G_MAX]


def _gain(*, bags: Sequence[Bag], visits: Sequence[Sequence[Bag]], rules: Mapping[dt.date, DayRules]) -> int:
    """Points as the bags came, less points with each split visit as one bag, day by day."""
    visit_of = {bag.drop_off_id: number for number, visit in enumerate(visits) for bag in visit}
    as_came: defaultdict[dt.date, list[DayFact]] = defaultdict(list)
    as_one: defaultdict[dt.date, list[DayFact]] = defaultdict(list)
    for bag in bags:
        fact = _fact(bags=[bag])
        as_came[bag.occurred_on].append(fact)
        if bag.drop_off_id not in visit_of:
            as_one[bag.occurred_on].append(fact)
    for visit in visits:
        as_one[visit[0].occurred_on].append(_fact(bags=visit))
    category = bags[0].category
    return sum(
        category_points(rules=rules[on], category=category, facts=facts)
        - category_points(rules=rules[on], category=category, facts=as_one[on])
        for on, facts in as_came.items()
    )


def _fact(*, bags: Sequence[Bag]) -> DayFact:
    """Bags put together, as the rules of points see them."""
    return DayFact(
        category=bags[0].category,
        sub_class=bags[0].sub_class,
        weight_g=sum(bag.weight_g for bag in bags),
        is_in_window=any(bag.is_in_window for bag in bags),
    )
