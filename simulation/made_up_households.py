"""Puts made-up households with codes and RFID cards into the database, by the thousand."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from households.card_text import card_key
from households.models import Card, CardKind, Community, Household
from lib.check_digits import check_digit

ROWS_A_STATEMENT = 2_000


@dataclass(frozen=True, slots=True)
class MadeUpHousehold:
    """A household to be made: where it lives and the number of its card."""

    community: Community
    building: str
    unit: str
    room: str
    rfid: str
    resident_count: int


@transaction.atomic
def make_households(
    *, households: Iterable[MadeUpHousehold], enrolled_on: dt.date, now: dt.datetime
) -> list[Household]:
    """Enrol them, each with the next code and an RFID card that is valid at all times; in the order given."""
    serial = Household.objects.aggregate(last=Max("serial"))["last"] or 0
    made: list[Household] = []
    waiting = iter(households)
    while chunk := list(islice(waiting, ROWS_A_STATEMENT)):
        rows = [
            Household(
                community=planned.community,
                serial=serial + place,
                code=household_code(serial=serial + place),
                building=planned.building,
                unit=planned.unit,
                room=planned.room,
                resident_count=planned.resident_count,
                enrolled_on=enrolled_on,
            )
            for place, planned in enumerate(chunk, start=1)
        ]
        serial += len(chunk)
        Household.objects.bulk_create(rows)
        Card.objects.bulk_create(
            Card(
                household=row,
                kind=CardKind.RFID,
                number=planned.rfid,
                number_key=card_key(text=planned.rfid),
                issued_at=now,
                is_searched=True,  # nothing can have come with a card that was not in the world
            )
            for row, planned in zip(rows, chunk, strict=True)
        )
        made += rows
    return made


def household_code(*, serial: int) -> str:
    """The code of the household with this serial number: DIVISION_CODE, 8 digits, check digit."""
    digits = f"{settings.DIVISION_CODE}{serial:08d}"
    return digits + check_digit(digits=digits)
