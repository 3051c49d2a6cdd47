"""Bags by hand: drop-offs as the rules of flags see them."""

import datetime as dt
import itertools

from points.flags.rules.bags import Bag
from tests.conftest import NOON, SHANGHAI

_numbers = itertools.count(1)


def bag(
    *,
    seconds: float = 0,
    days: int = 0,
    household: int = 1,
    bin_id: int = 7,
    point: int = 1,
    card: str = "a0000001",
    category: str = "FOOD",
    sub_class: str = "",
    weight_g: int = 400,
    is_in_window: bool = True,
) -> Bag:
    """A bag so many days and seconds after noon of Monday 23 November 2026."""
    occurred_at = NOON + dt.timedelta(days=days, seconds=seconds)
    return Bag(
        drop_off_id=next(_numbers),
        household_id=household,
        bin_id=bin_id,
        point_id=point,
        card_key=card,
        category=category,
        sub_class=sub_class,
        weight_g=weight_g,
        occurred_at=occurred_at,
        occurred_on=occurred_at.astimezone(SHANGHAI).date(),
        is_in_window=is_in_window,
    )
