"""One chunk of a household file, loaded in one transaction: look up everything at once, decide, write at once."""

import datetime as dt
from collections.abc import Sequence

from households.card_text import card_key
from households.codes import household_code
from households.models import Card, CardKind, Household, Member
from households.services.household_standing import CardState, Claim, MemberState, PlaceState, look_up
from households.services.serials import lock_registration, next_serials
from lib.bulk_insert import insert_rows
from lib.import_report import ImportReport
from lib.tables import Refusal
from people import secrets

UPDATE_ROWS = 500  # rows a statement of bulk_update, which grows with the square of them

_HOUSEHOLD_COLUMNS = (
    "community_id",
    "serial",
    "code",
    "building",
    "unit",
    "room",
    "resident_count",
    "enrolled_on",
)
_CARD_COLUMNS = (
    "household_id",
    "kind",
    "number",
    "number_key",
    "issued_at",
    "valid_from",
    "valid_to",
    "is_searched",
)
_MEMBER_COLUMNS = ("household_id", "name", "phone_encrypted", "phone_lookup", "joined_at")


def load_claims(*, claims: Sequence[Claim], now: dt.datetime, today: dt.date) -> tuple[ImportReport, list[int]]:
    """Load the rows of a chunk; returns what became of them, and the ids of their households in order.

    Call it inside a transaction: it keeps other registrations waiting until that ends.
    """
    lock_registration()
    chunk = _Chunk(claims=claims, now=now, today=today)
    for claim in claims:
        chunk.load(claim)
    chunk.write()
    return chunk.outcome, chunk.household_ids()


class _Chunk:
    """The look-ups of a chunk, and what is to be written at its end."""

    def __init__(self, *, claims: Sequence[Claim], now: dt.datetime, today: dt.date) -> None:
        self._now = now
        self._today = today
        standing = look_up(claims=claims)
        self._places = standing.places
        self._active_cards = standing.active_cards
        self._ended_cards: list[CardState] = []
        self._loaded: list[PlaceState] = []
        self.outcome = ImportReport()
        self._next_serial = next_serials(count=len(claims)).start

    def load(self, claim: Claim) -> None:
        """Decide what one row does, seeing what the rows before it did."""
        place = self._places.get(claim.key)
        refusal = self._card_refusal(rfid=claim.rfid, place=place)
        if refusal:
            self.outcome.refuse(row=claim.row, refusal=refusal)
            return
        if place is None:
            place = self._places[claim.key] = self._enrol(claim=claim)
            self._give_card(place=place, rfid=claim.rfid)
            self._give_phone(place=place, phone=claim.phone)
            self.outcome.created += 1
        else:
            # Every part is carried out, whatever the others found to change.
            parts = [
                self._change_facts(place=place, claim=claim),
                self._give_card(place=place, rfid=claim.rfid),
                self._give_phone(place=place, phone=claim.phone),
            ]
            self.outcome.changed += any(parts)
            self.outcome.unchanged += not any(parts)
        self._loaded.append(place)

    def household_ids(self) -> list[int]:
        """The households of the rows that were taken, in their order. Known once they are written."""
        return [place.id for place in self._loaded if place.id is not None]

    def write(self) -> None:
        """Write everything, in few statements: cards end before others begin, households before what hangs on them."""
        self._write_new_households()
        places = self._places.values()
        Household.objects.bulk_update(
            [
                Household(pk=place.id, resident_count=place.resident_count, enrolled_on=place.enrolled_on)
                for place in places
                if place.is_changed and not place.serial
            ],
            ["resident_count", "enrolled_on"],
            UPDATE_ROWS,
        )
        ended = [Card(pk=card.id, valid_to=card.valid_to) for card in self._ended_cards]
        Card.objects.bulk_update(ended, ["valid_to"], UPDATE_ROWS)
        self._write_new_cards()
        self._write_members()

    def _write_new_households(self) -> None:
        new = {place.serial: (key, place) for key, place in self._places.items() if place.serial}
        if not new:
            return
        rows = [
            (key[0], place.serial, place.code, *key[1:], place.resident_count, place.enrolled_on)
            for key, place in new.values()
        ]
        insert_rows(model=Household, columns=_HOUSEHOLD_COLUMNS, rows=rows)
        written = Household.objects.filter(serial__range=(min(new), max(new)))
        for serial, household_id in written.values_list("serial", "pk"):
            new[serial][1].id = household_id

    def _write_new_cards(self) -> None:
        rows = [
            (
                place.id,
                CardKind.RFID.value,
                card.number,
                card.number_key,
                self._now,
                card.valid_from,
                card.valid_to,
                False,
            )
            for place in self._places.values()
            for card in place.new_cards
        ]
        insert_rows(model=Card, columns=_CARD_COLUMNS, rows=rows)

    def _write_members(self) -> None:
        to_write = [(place, member) for place in self._places.values() for member in place.members if member.phone]
        changed = [
            Member(
                pk=member.id,
                phone_encrypted=secrets.encrypt(text=member.phone),
                phone_lookup=member.phone_lookup,
            )
            for _, member in to_write
            if member.id
        ]
        Member.objects.bulk_update(changed, ["phone_encrypted", "phone_lookup"], UPDATE_ROWS)
        rows = [
            (place.id, "", secrets.encrypt(text=member.phone), member.phone_lookup, self._now)
            for place, member in to_write
            if not member.id
        ]
        insert_rows(model=Member, columns=_MEMBER_COLUMNS, rows=rows)

    def _card_refusal(self, *, rfid: str | None, place: PlaceState | None) -> Refusal | None:
        """Why the row's card cannot be given: it is in use elsewhere (a household that has left uses none)."""
        holder = self._active_cards.get(card_key(text=rfid)) if rfid else None
        if holder is None or holder.has_holder_left or (place and holder is place.rfid):
            return None
        return Refusal("card_held_elsewhere", f"卡号“{rfid}”已由另一住户使用，户码 {holder.holder_code}")

    def _enrol(self, *, claim: Claim) -> PlaceState:
        serial = self._next_serial
        self._next_serial += 1
        return PlaceState(
            id=None,
            code=household_code(serial=serial),
            serial=serial,
            resident_count=claim.resident_count,
            enrolled_on=claim.enrolled_on or self._today,
        )

    def _change_facts(self, *, place: PlaceState, claim: Claim) -> bool:
        before = (place.resident_count, place.enrolled_on)
        if claim.resident_count is not None:
            place.resident_count = claim.resident_count
        if claim.enrolled_on is not None:
            place.enrolled_on = claim.enrolled_on
        is_other = before != (place.resident_count, place.enrolled_on)
        place.is_changed |= is_other
        return is_other

    def _give_card(self, *, place: PlaceState, rfid: str | None) -> bool:
        """Whether the household has another card now."""
        key = card_key(text=rfid) if rfid else ""
        if not rfid or (place.rfid and place.rfid.number_key == key):
            return False
        for ending in (place.rfid, self._active_cards.get(key)):
            if ending is not None and ending.valid_to is None:
                self._end_card(card=ending)
        # A household's first card is valid at all times (save when the number was somebody else's: see
        # households.cards), a later one from its issue on.
        valid_from = self._now if place.has_had_rfid else None
        card = CardState(None, place.code, False, rfid, key, valid_from)
        place.new_cards.append(card)
        self._active_cards[key] = place.rfid = card
        place.has_had_rfid = True
        return True

    def _end_card(self, *, card: CardState) -> None:
        card.valid_to = max(self._now, card.valid_from or self._now)
        self._active_cards.pop(card.number_key, None)
        if card.id:
            self._ended_cards.append(card)

    def _give_phone(self, *, place: PlaceState, phone: str | None) -> bool:
        """Whether the household has another phone now: the nameless member of the file gets it, or a new one."""
        if phone is None:
            return False
        lookup = secrets.lookup_digest(text=phone)
        if any(member.phone_lookup == lookup for member in place.members):
            return False
        member = next((member for member in place.members if member.is_nameless), None)
        if member is None:
            member = MemberState(id=None, is_nameless=True, phone_lookup=lookup)
            place.members.append(member)
        member.phone_lookup = lookup
        member.phone = phone
        return True
