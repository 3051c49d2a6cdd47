"""Writes simulated days as the door and the tally leave them, in the database of a simulated district."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings

from households.card_text import card_key
from lib.bulk_insert import insert_rows
from simulation.bins.calibration import WINDOWS_S
from simulation.bins.days import Bag
from simulation.bins.district import PreparedDistrict
from simulation.bins.layout import POINTS_A_COMMUNITY, Layout
from sorting.models import BatchKind, CollectionPoint, Door, DropOff, DropOffBatch, SmartBin

# Communities lie 2 km apart on a grid of four columns, their points 150 m from one another.
_COLUMNS = 4
_DEGREES_NORTH_2_KM, _DEGREES_EAST_2_KM = 0.018, 0.0217
_DEGREES_150_M = 0.00135
_COLUMNS_OF_ROWS = (
    *("batch_id", "bin_id", "community_id", "household_id", "event_id", "card", "card_key", "method", "category"),
    *("sub_class", "weight_g", "occurred_at", "occurred_on", "is_in_window", "is_category_served"),
)


@dataclass(frozen=True, slots=True)
class Ids:
    """From the layout's numbers to rows: households, bins with the community of each."""

    households: dict[int, int]
    bins: dict[int, tuple[int, int]]


def ids_of(*, layout: Layout, district: PreparedDistrict) -> Ids:
    """The rows behind a layout's numbers."""
    codes = {each.code: each.number for each in layout.bins}
    bins = SmartBin.objects.filter(code__in=list(codes)).values_list("code", "pk", "point__community_id")
    return Ids(
        households={number: household_id for household_id, number in district.household_numbers.items()},
        bins={codes[code]: (bin_id, community_id) for code, bin_id, community_id in bins},
    )


def place_points(*, layout: Layout) -> None:
    """Give the district's points coordinates."""
    for number in range(layout.point_count):
        community, which = divmod(number, POINTS_A_COMMUNITY)
        name = layout.community_name(community)
        CollectionPoint.objects.filter(community__name=name, name=f"模拟 {number + 1} 号点").update(
            latitude=34.0 + _DEGREES_NORTH_2_KM * (community // _COLUMNS) + _DEGREES_150_M * which,
            longitude=113.8 + _DEGREES_EAST_2_KM * (community % _COLUMNS),
        )


def put_day(*, ids: Ids, on: dt.date, bags: Iterable[Bag]) -> int:
    """Write one day's bags as one untallied batch a bin; how many. A bag of nobody known counts for nobody."""
    by_bin: defaultdict[int, list[Bag]] = defaultdict(list)
    for bag in bags:
        by_bin[bag.bin_number].append(bag)
    midnight = dt.datetime.combine(on, dt.time(), ZoneInfo(settings.TIME_ZONE))
    received_at = midnight + dt.timedelta(days=1)
    batches = DropOffBatch.objects.bulk_create(
        DropOffBatch(
            kind=BatchKind.DROP_OFFS,
            door=Door.HTTP,
            bin_id=ids.bins[number][0],
            community_id=ids.bins[number][1],
            received_at=received_at,
            due_at=received_at,
            event_count=len(of_bin),
        )
        for number, of_bin in by_bin.items()
    )
    rows = [
        (
            batch.pk,
            *ids.bins[number],
            None if bag.household is None else ids.households[bag.household],
            f"{on:%y%m%d}-{number}-{place}",
            bag.card,
            card_key(text=bag.card),
            bag.method,
            bag.category,
            "",
            bag.weight_g,
            midnight + dt.timedelta(seconds=bag.second),
            on,
            any(starts <= bag.second < ends for starts, ends in WINDOWS_S),
            True,
        )
        for batch, (number, of_bin) in zip(batches, by_bin.items(), strict=True)
        for place, bag in enumerate(of_bin)
    ]
    insert_rows(model=DropOff, columns=_COLUMNS_OF_ROWS, rows=rows)
    return len(rows)
