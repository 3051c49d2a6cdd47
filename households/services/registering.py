"""Registering one home, as the file of a community does for many: an address, and the next code."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from households.codes import household_code
from households.models import Community, Household
from households.services.household_file import ADDRESS_LENGTH_MAX, RESIDENT_COUNT_MAX
from households.services.opening import open_household
from households.services.serials import lock_registration, next_serials
from lib.cells import half_width
from lib.errors import DomainError
from people.models import User


class AddressTaken(DomainError):
    """Another household is registered there."""

    code = "address_taken"
    message = "这个地址已有登记的住户。如果是同一家人,请办理合户"


class AddressIncomplete(DomainError):
    """An address has a building, a unit and a room, each of ADDRESS_LENGTH_MAX at most."""

    code = "address_incomplete"
    message = "请填写完整的地址:小区、楼栋、单元、房号"


class ResidentCountImpossible(DomainError):
    """So many do not live in one home."""

    code = "resident_count_impossible"
    message = f"人数要在 0 到 {RESIDENT_COUNT_MAX} 之间,不知道就不填"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a household is."""

    community: Community
    building: str
    unit: str
    room: str


@transaction.atomic
def register_household(*, at: Address, resident_count: int | None, by: User, now: dt.datetime) -> Household:
    """A home that is in no file: enrolled today, with the next code and no card yet. Who did it is on its record.

    :raises AddressTaken, AddressIncomplete, ResidentCountImpossible: nothing changed.
    """
    if resident_count is not None and not 0 <= resident_count <= RESIDENT_COUNT_MAX:
        raise ResidentCountImpossible
    lock_registration()
    household = settle_at(address=at, resident_count=resident_count, now=now)
    open_household(household=household, by=by, reason="登记新住户", now=now)
    return household


def settle_at(*, address: Address, resident_count: int | None, now: dt.datetime) -> Household:
    """A new household with the next code. Call it after `lock_registration`: what is free now stays free.

    :raises AddressTaken, AddressIncomplete: as said there.
    """
    building, unit, room = (half_width(text=part).strip() for part in (address.building, address.unit, address.room))
    if not all(0 < len(part) <= ADDRESS_LENGTH_MAX for part in (building, unit, room)):
        raise AddressIncomplete
    at_address = Household.objects.filter(community=address.community, building=building, unit=unit, room=room)
    if at_address.filter(left_on__isnull=True).exists():
        raise AddressTaken
    serial = next_serials(count=1).start
    return Household.objects.create(
        community=address.community,
        serial=serial,
        code=household_code(serial=serial),
        building=building,
        unit=unit,
        room=room,
        resident_count=resident_count,
        enrolled_on=timezone.localdate(now),
    )
