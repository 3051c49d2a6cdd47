"""A small district for faults: some households, some bins, and events that arrive in batches with repeats."""

import datetime as dt
import random

from households.models import Card, CardKind, Community, Household, Subdistrict
from sorting.models import CollectionPoint, Door, Fate, SmartBin
from sorting.services import record_drop_offs

CATEGORIES = ("FOOD", "FOOD", "FOOD", "RESIDUAL", "RECYCLABLE", "HAZARDOUS")


def make_bins(*, community_count: int, households_each: int, now: dt.datetime) -> list[SmartBin]:
    """Communities with one bin each, and households with cards K<community>-<number>."""
    subdistrict = Subdistrict.objects.create(name="东城街道")
    bins = []
    for number in range(community_count):
        community = Community.objects.create(subdistrict=subdistrict, name=f"小区{number}")
        point = CollectionPoint.objects.create(community=community, name="东门")
        bins.append(
            SmartBin.objects.create(
                code=f"B-{number}", point=point, categories="FOOD;RESIDUAL;RECYCLABLE;HAZARDOUS", registered_at=now
            )
        )
        households = Household.objects.bulk_create(
            Household(
                community=community,
                serial=number * households_each + each + 1,
                code=f"{number * households_each + each + 1:015d}",
                building="1",
                unit="1",
                room=str(each),
                enrolled_on=dt.date(2026, 1, 1),
            )
            for each in range(households_each)
        )
        Card.objects.bulk_create(
            Card(
                household=household,
                kind=CardKind.RFID,
                number=f"K{number}-{each}",
                number_key=f"k{number}-{each}",
                issued_at=now,
                is_searched=True,
            )
            for each, household in enumerate(households)
        )
    return bins


def make_events(
    *, prefix: str, count: int, card_prefix: str, card_count: int, now: dt.datetime
) -> list[dict[str, object]]:
    """Events of the last three days, some with an unknown card; a function of the prefix."""
    chance = random.Random(prefix)
    return [
        {
            "event_id": f"{prefix}-{number}",
            "card": f"{card_prefix}-{chance.randrange(card_count + 2)}",
            "method": "CARD",
            "category": chance.choice(CATEGORIES),
            "weight_g": chance.randrange(20, 5_000),
            "occurred_at": (now - dt.timedelta(minutes=chance.randrange(1, 3 * 24 * 60))).isoformat(),
        }
        for number in range(count)
    ]


def send(*, smart_bin: SmartBin, events: list[dict[str, object]], now: dt.datetime) -> list[Fate]:
    """Through the one function behind both doors."""
    recorded = record_drop_offs(smart_bin=smart_bin, events=events, door=Door.HTTP, received_at=now)
    return [result.fate for result in recorded.results]
