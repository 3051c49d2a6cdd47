"""The communities, bins and households behind replayed totals: made where they are missing, never beside real ones."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from households.models import Community, Household, Subdistrict
from lib.errors import DomainError
from simulation.daily_totals import DailyTotal
from simulation.demo_plan import OPEN_WINDOWS
from simulation.made_up_households import MadeUpHousehold, make_households
from simulation.spread import BINS_A_COMMUNITY, household_count
from sorting.categories import WasteCategory
from sorting.models import CollectionPoint, OpenWindow, SmartBin

SUBDISTRICT_NAME = "重放"  # of communities that did not stand in the database before
BUILDING_PREFIX = "重放"  # the mark of every household that a replay made
# Made-up households were always there, so that a rate over any replayed day counts them.
ENROLLED_ON = dt.date(2000, 1, 1)
_ROOMS_A_BUILDING = 120


class RealHouseholds(DomainError):
    """Made-up households never stand beside real ones."""

    code = "other_households"
    message = "数据库里有真实住户,重放只能在没有其他住户的数据库里进行 (the database has other households)"


@dataclass(frozen=True, slots=True)
class ReplayCommunity:
    """A community, its bins in the order of their numbers, and how many households replays made in it."""

    community: Community
    bins: Sequence[SmartBin]
    household_count: int


def require_no_real_households() -> None:
    """:raises RealHouseholds: there is a household that no replay made."""
    other = Household.objects.exclude(building__startswith=BUILDING_PREFIX).first()
    if other is not None:
        raise RealHouseholds(fields={"household": other.code})


def household_card(*, community: str, number: int) -> str:
    """The RFID number of a made-up household: a function of its community and its number there."""
    return hashlib.sha256(f"fenfen-replay|{community}|{number}".encode()).hexdigest()[:16].upper()


def prepare_district(*, totals: Iterable[DailyTotal], now: dt.datetime) -> dict[str, ReplayCommunity]:
    """Make what the totals need and is not there yet; by the community's name. Communities may stand already.

    :raises RealHouseholds: see require_no_real_households.
    """
    require_no_real_households()
    needed: dict[str, int] = {}
    for total in totals:
        needed[total.community] = max(needed.get(total.community, 0), household_count(drop_offs=total.drop_offs))
    with transaction.atomic():
        return {name: _prepare_community(name=name, households=needed[name], now=now) for name in sorted(needed)}


def bin_code(*, community: str, number: int) -> str:
    """The code of a community's bin: a function of the community's name."""
    return f"R-{hashlib.sha256(community.encode()).hexdigest()[:12]}-{number}"


def _prepare_community(*, name: str, households: int, now: dt.datetime) -> ReplayCommunity:
    community = Community.objects.filter(name=name).first()
    if community is None:
        subdistrict, _ = Subdistrict.objects.get_or_create(name=SUBDISTRICT_NAME)
        community = Community.objects.create(subdistrict=subdistrict, name=name)
    bins = [_prepare_bin(community=community, number=number, now=now) for number in range(BINS_A_COMMUNITY)]
    standing = Household.objects.filter(community=community, building__startswith=BUILDING_PREFIX).count()
    make_households(
        households=(_household(community=community, number=number) for number in range(standing, households)),
        enrolled_on=ENROLLED_ON,
        now=now,
    )
    return ReplayCommunity(community=community, bins=bins, household_count=max(standing, households))


def _prepare_bin(*, community: Community, number: int, now: dt.datetime) -> SmartBin:
    point, is_new = CollectionPoint.objects.get_or_create(community=community, name=f"重放 {number + 1} 号点")
    if is_new:
        OpenWindow.objects.bulk_create(
            OpenWindow(point=point, starts_at=starts_at, ends_at=ends_at) for starts_at, ends_at in OPEN_WINDOWS
        )
    smart_bin, _ = SmartBin.objects.get_or_create(
        code=bin_code(community=community.name, number=number),
        defaults={"point": point, "categories": WasteCategory.FOOD.value, "registered_at": now},
    )
    return smart_bin


def _household(*, community: Community, number: int) -> MadeUpHousehold:
    building, room = divmod(number, _ROOMS_A_BUILDING)
    return MadeUpHousehold(
        community=community,
        building=f"{BUILDING_PREFIX}{building + 1}",
        unit=str(room // 40 + 1),
        room=f"{room % 40 // 4 + 1}{room % 4 + 1:02d}",
        rfid=household_card(community=community.name, number=number),
        resident_count=3,
    )
