"""The rows behind simulated bins: communities, points with windows, bins with keys, households with cards."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from households.models import Card, Community, Household, Subdistrict
from lib.errors import DomainError
from simulation.bins.layout import BinPlan, Layout
from simulation.demo_plan import OPEN_WINDOWS
from simulation.keys import bin_keys
from simulation.made_up_households import MadeUpHousehold, make_households
from simulation.replay_district import BUILDING_PREFIX as REPLAY_PREFIX
from simulation.replay_district import ENROLLED_ON
from sorting.models import CollectionPoint, DropOff, OpenWindow, SmartBin

SUBDISTRICT_NAME = "模拟"
BUILDING_PREFIX = "模拟"  # the mark of every household that a simulation made
_ROOMS_A_BUILDING = 120
_RESIDENTS = (2, 3, 3, 3, 3)  # 2.8 a household


class RealHouseholds(DomainError):
    """Made-up households never stand beside real ones."""

    code = "other_households"
    message = "数据库里有真实住户,模拟只能在没有其他住户的数据库里进行 (the database has other households)"


@dataclass(frozen=True, slots=True)
class PreparedDistrict:
    """From row ids back to the layout: bins to codes, communities and households to numbers.

    `is_fresh`: nothing was ever dropped off in its bins.
    """

    keys: dict[str, str]
    bin_codes: dict[int, str]
    community_numbers: dict[int, int]
    household_numbers: dict[int, int]
    is_fresh: bool


@transaction.atomic
def prepare_district(*, layout: Layout, now: dt.datetime) -> PreparedDistrict:
    """Make what is not there yet. Ids map back: bin id to code, community id and household id to their numbers.

    :raises RealHouseholds: there is a household that neither a simulation nor a replay made.
    """
    made_up = Household.objects.filter(building__startswith=BUILDING_PREFIX) | Household.objects.filter(
        building__startswith=REPLAY_PREFIX
    )
    other = Household.objects.exclude(pk__in=made_up.values("pk")).first()
    if other is not None:
        raise RealHouseholds(fields={"household": other.code})
    communities = [_community(layout=layout, number=number) for number in range(layout.community_count)]
    points = [_point(layout=layout, number=number, communities=communities) for number in range(layout.point_count)]
    bins = [_bin(plan=plan, point=points[plan.point], now=now) for plan in layout.bins]
    _make_missing_households(layout=layout, communities=communities, now=now)
    numbers = {card: number for number, card in enumerate(layout.cards)}
    cards = Card.objects.filter(household__community__in=communities).values_list("number", "household_id")
    return PreparedDistrict(
        keys=bin_keys(bins=bins, now=now),
        bin_codes={each.pk: each.code for each in bins},
        community_numbers={community.pk: number for number, community in enumerate(communities)},
        household_numbers={household: numbers[card] for card, household in cards if card in numbers},
        is_fresh=not DropOff.objects.filter(community__in=communities).exists(),
    )


def _community(*, layout: Layout, number: int) -> Community:
    subdistrict, _ = Subdistrict.objects.get_or_create(name=SUBDISTRICT_NAME)
    name = layout.community_name(number)
    return Community.objects.get_or_create(name=name, defaults={"subdistrict": subdistrict})[0]


def _point(*, layout: Layout, number: int, communities: list[Community]) -> CollectionPoint:
    community = communities[layout.community_of_point(number)]
    point, is_new = CollectionPoint.objects.get_or_create(community=community, name=f"模拟 {number + 1} 号点")
    if is_new:
        OpenWindow.objects.bulk_create(
            OpenWindow(point=point, starts_at=starts_at, ends_at=ends_at) for starts_at, ends_at in OPEN_WINDOWS
        )
    return point


def _bin(*, plan: BinPlan, point: CollectionPoint, now: dt.datetime) -> SmartBin:
    defaults = {"point": point, "categories": ";".join(plan.categories), "registered_at": now}
    return SmartBin.objects.get_or_create(code=plan.code, defaults=defaults)[0]


def _make_missing_households(*, layout: Layout, communities: list[Community], now: dt.datetime) -> None:
    """All of them or none: a district of this tag always has as many."""
    if Household.objects.filter(community__in=communities).exists():
        return
    make_households(
        households=(
            MadeUpHousehold(
                community=communities[layout.community_of_point(point)],
                building=f"{BUILDING_PREFIX}{number // _ROOMS_A_BUILDING + 1}",
                unit=str(number % _ROOMS_A_BUILDING // 40 + 1),
                room=f"{number % 40 // 4 + 1}{number % 4 + 1:02d}",
                rfid=layout.cards[number],
                resident_count=_RESIDENTS[number % len(_RESIDENTS)],
            )
            for point in range(layout.point_count)
            for number in layout.households_of_point(point)
        ),
        enrolled_on=ENROLLED_ON,
        now=now,
    )
