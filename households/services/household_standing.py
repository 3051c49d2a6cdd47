"""What stands in the database of the households that a chunk of a file speaks of.

A district registers 100,000 households from one file, so these are plain records, not model instances.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from households.card_text import card_key
from households.models import Card, CardKind, Household, Member
from lib.dialect import fetch
from lib.tables import TableRow

AddressKey = tuple[int, str, str, str]

# A row value in VALUES works on both databases and uses the unique index of the address.
_AT_ADDRESSES = """
    SELECT id FROM households_household
    WHERE left_on IS NULL AND (community_id, building, unit, room) IN (VALUES {places})
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one row says of a household. None = the row leaves it open."""

    row: TableRow
    community_id: int
    building: str
    unit: str
    room: str
    resident_count: int | None
    phone: str | None
    rfid: str | None
    enrolled_on: dt.date | None

    @property
    def key(self) -> AddressKey:
        """The address, by which a household is found."""
        return (self.community_id, self.building, self.unit, self.room)


@dataclass(slots=True, eq=False)
class CardState:
    """A card that is active, or was when the chunk began. `id` is None until it is written."""

    id: int | None
    holder_code: str
    has_holder_left: bool
    number: str
    number_key: str
    valid_from: dt.datetime | None
    valid_to: dt.datetime | None = None


@dataclass(slots=True, eq=False)
class MemberState:
    """A present member. `is_nameless`: known by the phone of a file only, so that another phone replaces it."""

    id: int | None
    is_nameless: bool
    phone_lookup: str
    phone: str = ""  # set where it is to be written


@dataclass(slots=True, eq=False)
class PlaceState:
    """A household with what hangs on it, as it stands after the rows so far."""

    id: int | None
    code: str
    serial: int  # 0 where the household stood before
    resident_count: int | None
    enrolled_on: dt.date
    rfid: CardState | None = None
    has_had_rfid: bool = False
    members: list[MemberState] = field(default_factory=list)
    new_cards: list[CardState] = field(default_factory=list)
    is_changed: bool = False


@dataclass(slots=True)
class Standing:
    """The households by address, and the active cards by their normal form."""

    places: dict[AddressKey, PlaceState] = field(default_factory=dict)
    active_cards: dict[str, CardState] = field(default_factory=dict)


def look_up(*, claims: Sequence[Claim]) -> Standing:
    """All that the rows may meet, in four queries."""
    standing = Standing()
    keys = list(dict.fromkeys(claim.key for claim in claims))
    if not keys:
        return standing
    statement = _AT_ADDRESSES.format(places=", ".join(["(%s, %s, %s, %s)"] * len(keys)))
    household_ids = [row[0] for row in fetch(statement, [part for key in keys for part in key])]
    by_id: dict[int, PlaceState] = {}
    households = Household.objects.filter(pk__in=household_ids)
    for household_id, code, community_id, building, unit, room, resident_count, enrolled_on in households.values_list(
        "pk", "code", "community_id", "building", "unit", "room", "resident_count", "enrolled_on"
    ):
        place = PlaceState(household_id, code, 0, resident_count, enrolled_on)
        by_id[household_id] = standing.places[community_id, building, unit, room] = place
    _note_members(by_id=by_id)
    card_keys = {card_key(text=claim.rfid) for claim in claims if claim.rfid}
    _note_cards(by_id=by_id, card_keys=card_keys, active_cards=standing.active_cards)
    return standing


def _note_members(*, by_id: dict[int, PlaceState]) -> None:
    members = Member.objects.filter(household__in=list(by_id), left_at__isnull=True).order_by("pk")
    for member_id, household_id, name, user_id, lookup in members.values_list(
        "pk", "household_id", "name", "user_id", "phone_lookup"
    ):
        by_id[household_id].members.append(MemberState(member_id, not name and user_id is None, lookup))


def _note_cards(*, by_id: dict[int, PlaceState], card_keys: set[str], active_cards: dict[str, CardState]) -> None:
    """The cards that the households have or had, and who holds the numbers that the rows give."""
    of_places = Q(household__in=list(by_id), kind=CardKind.RFID)
    found = Card.objects.filter(of_places | Q(number_key__in=card_keys, valid_to__isnull=True))
    for card_id, household_id, code, left_on, kind, number, key, valid_from, valid_to in found.values_list(
        "pk",
        "household_id",
        "household__code",
        "household__left_on",
        "kind",
        "number",
        "number_key",
        "valid_from",
        "valid_to",
    ):
        card = CardState(card_id, code, left_on is not None, number, key, valid_from, valid_to)
        place = by_id.get(household_id) if kind == CardKind.RFID else None
        if place:
            place.has_had_rfid = True
        if valid_to is None:
            active_cards[key] = card
            if place:
                place.rfid = card
