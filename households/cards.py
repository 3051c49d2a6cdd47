"""Whose card was it at that moment? The one look-up behind every door."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Q
from django.utils import timezone

from households.card_text import CODE_LENGTH, card_key
from households.models import Card, Household
from lib.dialect import fetch, moment
from lib.sql_lists import is_any_sql, text_list

# One card's days: from `valid_from` (included) to `valid_to` (excluded), null without end, and whose it was.
_Validity = tuple[dt.datetime | None, dt.datetime | None, int]


def households_of_cards(*, reads: Sequence[tuple[str, dt.datetime]]) -> list[int | None]:
    """The household's key for each (card key, moment), in the order given; None where nobody's card was valid.

    The key is `households.card_text.card_key` of what was read. A card counts strictly within its validity; where
    a number once belonged to another household, the card that ended goes before the one without end. A typed
    household code counts until the household has left, that day included. Two queries, however many reads.
    """
    keys = {key for key, _ in reads if key}
    cards = _validities(keys=keys)
    codes = _left_days(codes={key for key in keys if len(key) == CODE_LENGTH and key.isdigit()})
    found: list[int | None] = []
    for key, at in reads:
        household_id = _holder(cards[key], at) if key in cards else None
        if household_id is None and key in codes:
            code_household_id, left_on = codes[key]
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


def _validities(*, keys: set[str]) -> dict[str, list[_Validity]]:
    cards: dict[str, list[_Validity]] = defaultdict(list)
    if keys:
        # Past the ORM: a thousand parameters of its IN cost more than everything else that is done with them.
        is_any = is_any_sql(column_sql="number_key")
        rows = fetch(
            "SELECT number_key, valid_from, valid_to, household_id FROM households_card"  # noqa: S608
            f" WHERE {is_any} ORDER BY valid_to, id",
            [text_list(values=sorted(keys))],
        )
        for key, valid_from, valid_to, household_id in rows:
            cards[key].append((_moment(valid_from), _moment(valid_to), household_id))
    for validities in cards.values():
        if len(validities) > 1:
            validities.sort(key=lambda card: card[1] is None)  # databases disagree on where null sorts
    return cards


def _moment(value: dt.datetime | str | None) -> dt.datetime | None:
    return None if value is None else moment(value=value)


def _left_days(*, codes: set[str]) -> dict[str, tuple[int, dt.date | None]]:
    if not codes:
        return {}
    rows = Household.objects.filter(code__in=codes).values_list("code", "id", "left_on")
    return {code: (household_id, left_on) for code, household_id, left_on in rows}
