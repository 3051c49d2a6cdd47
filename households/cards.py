"""Whose card was it at that moment? The one look-up behind every door."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from households.card_text import CODE_LENGTH
from households.models import Card, Household


@dataclass(frozen=True, slots=True)
class _Validity:
    """One card's days: the household's from `starts_at` (included) to `ends_at` (excluded); null is without end."""

    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    household_id: int

    def holds(self, at: dt.datetime) -> bool:
        return (self.starts_at is None or self.starts_at <= at) and (self.ends_at is None or at < self.ends_at)


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
        household_id = next((card.household_id for card in cards.get(key, ()) if card.holds(at)), None)
        if household_id is None and key in codes:
            code_household_id, left_on = codes[key]
            if left_on is None or timezone.localdate(at) <= left_on:
                household_id = code_household_id
        found.append(household_id)
    return found


def _validities(*, keys: set[str]) -> dict[str, list[_Validity]]:
    cards: dict[str, list[_Validity]] = defaultdict(list)
    if keys:
        rows = Card.objects.filter(number_key__in=keys).order_by("valid_to", "id")
        for key, starts_at, ends_at, household_id in rows.values_list(
            "number_key", "valid_from", "valid_to", "household_id"
        ):
            cards[key].append(_Validity(starts_at, ends_at, household_id))
    for validities in cards.values():
        validities.sort(key=lambda card: card.ends_at is None)  # databases disagree on where null sorts
    return cards


def _left_days(*, codes: set[str]) -> dict[str, tuple[int, dt.date | None]]:
    if not codes:
        return {}
    rows = Household.objects.filter(code__in=codes).values_list("code", "id", "left_on")
    return {code: (household_id, left_on) for code, household_id, left_on in rows}
