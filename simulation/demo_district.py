"""Builds the demo's district in an empty database: communities, points, bins with keys, households, loads."""

import datetime as dt
import random
from dataclasses import dataclass
from typing import NamedTuple

from django.db import transaction

from collection.models import Destination, Load
from households.models import Community, Household, Subdistrict
from lib.errors import DomainError
from simulation.demo_day import DemoPoint
from simulation.demo_places import community_outline, point_position, subdistrict_outline
from simulation.demo_plan import (
    BIN_CATEGORIES,
    DISTRICT,
    HOUSEHOLDS_A_POINT,
    OPEN_WINDOWS,
    CommunityPlan,
)
from simulation.keys import bin_keys
from simulation.made_up_households import MadeUpHousehold, make_households
from sorting.models import CollectionPoint, OpenWindow, SmartBin

ENROLLED_ON_FIRST = dt.date(2025, 7, 1)
_ROOMS_A_UNIT = 22
# What a person throws away a day (0.95 kg) by category, and where it goes: percent of the weight, destination.
_KG_A_PERSON = 0.95
_LOADS = (
    ("FOOD", 38, Destination.COMPOSTING),
    ("RECYCLABLE", 11, Destination.RECYCLING),
    ("RESIDUAL", 46, Destination.INCINERATION),
    ("RESIDUAL", 5, Destination.LANDFILL),
)


class NotEmpty(DomainError):
    """The demo never touches a database that somebody uses."""

    code = "not_empty"
    message = "数据库里已有住户,演示只在空数据库里进行 (the database is in use: the demo wants an empty one)"


class _Where(NamedTuple):
    """Which subdistrict, and which community of it."""

    area: int
    place: int


@dataclass(frozen=True, slots=True)
class DemoDistrict:
    """The points in the order of the plan, and every bin's key by its code."""

    points: list[DemoPoint]
    keys: dict[str, str]


@transaction.atomic
def build_district(*, on: dt.date, now: dt.datetime) -> DemoDistrict:
    """Everything that stands before the day `on` begins, and that day's loads.

    :raises NotEmpty: there are households already.
    """
    if Household.objects.exists() or Community.objects.exists():
        raise NotEmpty
    points: list[DemoPoint] = []
    places = _places()
    for number, plan in enumerate(DISTRICT, start=1):
        community = _make_community(plan=plan, where=places[plan.name])
        codes = make_households(
            households=[
                _household(community=community, plan=plan, place=place) for place in range(plan.enrolled_households)
            ],
            enrolled_on=plan.sorted_collection_since or ENROLLED_ON_FIRST,
            now=now,
        )
        points += _make_points(
            number=number, community=community, plan=plan, where=places[plan.name], codes=codes, now=now
        )
        _make_loads(community=community, plan=plan, number=number, on=on, now=now)
    return DemoDistrict(points=points, keys=bin_keys(bins=SmartBin.objects.order_by("pk"), now=now))


def _places() -> dict[str, _Where]:
    """Each community's subdistrict by its number, and its own number within it."""
    names = list(dict.fromkeys(plan.subdistrict for plan in DISTRICT))
    of_area = {name: [plan.name for plan in DISTRICT if plan.subdistrict == name] for name in names}
    return {
        community: _Where(area, place)
        for area, name in enumerate(names)
        for place, community in enumerate(of_area[name])
    }


def _make_community(*, plan: CommunityPlan, where: _Where) -> Community:
    subdistrict, _ = Subdistrict.objects.get_or_create(
        name=plan.subdistrict, defaults={"outline": subdistrict_outline(area=where.area)}
    )
    return Community.objects.create(
        subdistrict=subdistrict,
        name=plan.name,
        is_urban_core=plan.is_urban_core,
        is_pilot=plan.is_pilot,
        sorted_collection_since=plan.sorted_collection_since,
        sorted_transport_since=plan.sorted_transport_since,
        household_count=plan.declared_households,
        resident_count=plan.declared_residents,
        outline=community_outline(area=where.area, place=where.place),
    )


def _household(*, community: Community, plan: CommunityPlan, place: int) -> MadeUpHousehold:
    building_unit, room = divmod(place, _ROOMS_A_UNIT)
    chance = random.Random(f"{plan.name}|{place}")  # noqa: S311  (a simulation, no secret)
    return MadeUpHousehold(
        community=community,
        building=str(building_unit // 3 + 1),
        unit=str(building_unit % 3 + 1),
        room=f"{room // 2 + 1}{room % 2 + 1:02d}",
        rfid=f"{chance.getrandbits(32):08X}{place:04X}",
        resident_count=chance.choice((1, 2, 2, 3, 3, 3, 4, 5)),
    )


def _make_points(
    *, number: int, community: Community, plan: CommunityPlan, where: _Where, codes: list[str], now: dt.datetime
) -> list[DemoPoint]:
    """The community's points with windows and two bins each; its households shared out among them."""
    points = []
    for place in range(plan.point_count):
        longitude, latitude = point_position(area=where.area, place=where.place, number=place, count=plan.point_count)
        point = CollectionPoint.objects.create(
            community=community, name=f"{place + 1} 号投放点", latitude=latitude, longitude=longitude
        )
        OpenWindow.objects.bulk_create(
            OpenWindow(point=point, starts_at=starts_at, ends_at=ends_at) for starts_at, ends_at in OPEN_WINDOWS
        )
        bin_codes: dict[str, str] = {}
        for which, categories in enumerate(BIN_CATEGORIES, start=1):
            code = f"B-{number:02d}{place + 1:02d}-{which}"
            SmartBin.objects.create(code=code, point=point, categories=";".join(categories), registered_at=now)
            bin_codes |= dict.fromkeys(categories, code)
        share = range(place * HOUSEHOLDS_A_POINT, min((place + 1) * HOUSEHOLDS_A_POINT, len(codes)))
        cards = [_household(community=community, plan=plan, place=index).rfid for index in share]
        points.append(
            DemoPoint(
                bin_codes=bin_codes,
                households=list(zip(cards, codes[share.start : share.stop], strict=True)),
                active_percent=plan.active_percent,
            )
        )
    return points


def _make_loads(*, community: Community, plan: CommunityPlan, number: int, on: dt.date, now: dt.datetime) -> None:
    """What the trucks took that day; a community without sorted collection gives everything as residual waste."""
    day_kg = plan.declared_residents * _KG_A_PERSON
    is_sorted = plan.sorted_collection_since is not None and plan.sorted_transport_since is not None
    loads = (
        list(_LOADS)
        if is_sorted
        else [("RESIDUAL", 85, Destination.INCINERATION), ("RESIDUAL", 15, Destination.LANDFILL)]
    )
    rows = [(category, round(day_kg * percent) * 10, destination) for category, percent, destination in loads]
    if is_sorted and number % 2:
        rows.append(("HAZARDOUS", 18_000 + 1_000 * number, Destination.HAZARDOUS_TREATMENT))
    Load.objects.bulk_create(
        Load(
            load_id=f"D-{on:%Y%m%d}-{number:02d}-{place}",
            collected_on=on,
            community=community,
            category=category,
            weight_g=weight_g,
            destination=destination,
            received_at=now,
        )
        for place, (category, weight_g, destination) in enumerate(rows, start=1)
    )
