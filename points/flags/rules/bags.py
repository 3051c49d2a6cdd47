"""A drop-off as the rules see it, and chains of them: each soon after the one before."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bag:
    """One drop-off of a known household; `household_id` by its card or by an attribution."""

    drop_off_id: int
    household_id: int
    bin_id: int
    point_id: int
    card_key: str
    category: str
    sub_class: str
    weight_g: int
    occurred_at: dt.datetime
    occurred_on: dt.date
    is_in_window: bool


def chains(*, bags: Iterable[Bag], gap_s: float) -> list[list[Bag]]:
    """Cut bags, put in order of time, where one comes later than `gap_s` after the one before; the gap itself holds."""
    found: list[list[Bag]] = []
    for bag in sorted(bags, key=lambda each: (each.occurred_at, each.drop_off_id)):
        if found and seconds_between(found[-1][-1].occurred_at, bag.occurred_at) <= gap_s:
            found[-1].append(bag)
        else:
            found.append([bag])
    return found


def seconds_between(earlier: dt.datetime, later: dt.datetime) -> float:
    """Seconds, to the millisecond, as both databases count them."""
    return round((later - earlier).total_seconds(), 3)
