"""Whose card was it at that moment? The one look-up behind every door."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.utils import timezone

from households.card_text import CODE_LENGTH, card_key
from households.models import Card
from lib.dialect import fetch_prepared, moment
from lib.sql_lists import is_any_sql, text_list

CardRead = tuple[str, dt.datetime]  # the key (`households.card_text.card_key`) of what was read, and when

# As a statement brings them, moments and days as datetime objects or as text.
CardRow = tuple[str, dt.datetime | str | None, dt.datetime | str | None, int]  # number_key, valid_from, valid_to, whose
CodeRow = tuple[str, int, dt.date | str | None]  # code, whose, left_on

# One card's days: from `valid_from` (included) to `valid_to` (excluded), null without end, and whose it was.
_Validity = tuple[dt.datetime | None, dt.datetime | None, int]


def households_of_cards(*, reads: Sequence[CardRead]) -> list[int | None]:
    """The household's key for each read, in the order given; None where nobody's card was valid.

    Two queries at most, however many reads.
    """
    keys, codes = searched_texts(reads=reads)
    # Past the ORM: a thousand parameters of its IN cost more than everything else that is done with them.
    cards = fetch_prepared(f"{CARDS_SQL} WHERE {is_any_sql(column_sql='number_key')}", [text_list(values=keys)])
    households: list[tuple[object, ...]] = []
    if codes:
        households = fetch_prepared(f"{CODES_SQL} WHERE {is_any_sql(column_sql='code')}", [text_list(values=codes)])
    return holders(reads=reads, cards=cards, codes=households)  # type: ignore[arg-type]


CARDS_SQL = "SELECT number_key, valid_from, valid_to, household_id FROM households_card"
CODES_SQL = "SELECT code, id, left_on FROM households_household"


def searched_texts(*, reads: Iterable[CardRead]) -> tuple[list[str], list[str]]:
    """The cards' keys to look for, and those of them that may be typed household codes."""
    keys = sorted({key for key, _ in reads if key})
    return keys, [key for key in keys if len(key) == CODE_LENGTH and key.isdigit()]


def holders(*, reads: Sequence[CardRead], cards: Iterable[CardRow], codes: Iterable[CodeRow]) -> list[int | None]:
    """For each read the household's key, given every card and household of the texts that were read.

    A card counts strictly within its validity; where a number once belonged to another household, the card that ended
    goes before the one without end. A typed household code counts until the household has left, that day included.
    """
    validities = _validities(cards=cards)
    left_days = {code: (household_id, _day(left_on)) for code, household_id, left_on in codes}
    found: list[int | None] = []
    for key, at in reads:
        household_id = _holder(validities[key], at) if key in validities else None
        if household_id is None and key in left_days:
            code_household_id, left_on = left_days[key]
            if left_on is None or timezone.localdate(at) <= left_on:
                household_id = code_household_id
        found.append(household_id)
    return found


def card_read(*, text: str, at: dt.datetime) -> Card | None:
    """The card with this number or token that is valid at the moment, with its household; None where there is none.

    A household code is no card. What may be done with a card depends on its kind: a QR can be photographed.
    """
    valid = (Q(valid_from__isnull=True) | Q(valid_from__lte=at)) & (Q(valid_to__isnull=True) | Q(valid_to__gt=at))
    key = card_key(text=text)
    # As households_of_cards does, the card that ended goes before the one without end: both cannot be at a counter.
    return Card.objects.select_related("household").filter(valid, number_key=key).order_by("valid_to", "pk").first()


def _holder(cards: Sequence[_Validity], at: dt.datetime) -> int | None:
    for valid_from, valid_to, household_id in cards:
        if (valid_from is None or valid_from <= at) and (valid_to is None or at < valid_to):
            return household_id
    return None


def _validities(*, cards: Iterable[CardRow]) -> dict[str, list[_Validity]]:
    validities: dict[str, list[_Validity]] = defaultdict(list)
    for key, valid_from, valid_to, household_id in cards:
        validities[key].append((_moment(valid_from), _moment(valid_to), household_id))
    for each in validities.values():
        if len(each) > 1:
            # Those without end last: databases disagree on where null sorts.
            each.sort(key=lambda card: (card[1] is None, card[1] and card[1].timestamp()))
    return validities


def _moment(value: dt.datetime | str | None) -> dt.datetime | None:
    return None if value is None else moment(value=value)


def _day(value: dt.date | str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value
