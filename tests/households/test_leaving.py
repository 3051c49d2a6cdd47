"""A household leaves: no card of it is worth anything from that moment, and what came before stays its own."""

import datetime as dt

import pytest

from households.cards import households_of_cards
from households.models import Card, CardKind, ConsentKind, Household
from households.services import (
    HouseholdHasLeft,
    end_household,
    issue_card,
    new_qr_token,
    record_consent,
    replace_card,
)

pytestmark = pytest.mark.django_db
SECOND = dt.timedelta(seconds=1)
DAY = dt.timedelta(days=1)


def test_every_card_of_zhang_ends_and_lis_stay(zhang: Household, li: Household, now: dt.datetime) -> None:
    record_consent(household=zhang, kind=ConsentKind.FINGERPRINT, is_given=True, now=now - DAY)
    for kind, number in ((CardKind.QR, new_qr_token()), (CardKind.FINGERPRINT, "fp-17")):
        issue_card(household=zhang, kind=kind, number=number, now=now - DAY)
    assert end_household(household=zhang, now=now)
    assert zhang.left_on == now.date()
    assert [card.valid_to for card in zhang.cards.all()] == [now] * 3
    assert li.cards.get().valid_to is None
    zhang.refresh_from_db()
    assert zhang.left_on == now.date()


def test_what_zhang_brought_before_is_still_theirs_and_nothing_after(zhang: Household, now: dt.datetime) -> None:
    end_household(household=zhang, now=now)
    reads = [("a0000001", now - SECOND), ("a0000001", now), (zhang.code, now), (zhang.code, now + DAY)]
    assert households_of_cards(reads=reads) == [zhang.pk, None, zhang.pk, None]


def test_leaving_twice_changes_nothing(zhang: Household, now: dt.datetime) -> None:
    end_household(household=zhang, now=now)
    same = Household.objects.get(pk=zhang.pk)
    stale = Household(pk=zhang.pk)
    assert not end_household(household=stale, now=now + DAY)
    assert stale.left_on == same.left_on == now.date()
    assert zhang.cards.get().valid_to == now


def test_a_card_that_ended_keeps_its_days_and_one_of_tomorrow_never_begins(zhang: Household, now: dt.datetime) -> None:
    first = replace_card(household=zhang, kind=CardKind.QR, number="aa", now=now - 2 * DAY)
    replace_card(household=zhang, kind=CardKind.QR, number="bb", now=now - DAY)
    Card.objects.filter(number="A0000001").update(valid_from=now + DAY, valid_to=now + 2 * DAY)
    end_household(household=zhang, now=now)
    first.refresh_from_db()
    assert first.valid_to == now - DAY
    coming = Card.objects.get(number="A0000001")
    assert coming.valid_from == coming.valid_to == now + DAY


def test_nobody_gives_a_card_to_a_household_that_has_left_and_its_number_is_free(
    zhang: Household, li: Household, now: dt.datetime
) -> None:
    end_household(household=zhang, now=now)
    with pytest.raises(HouseholdHasLeft):
        issue_card(household=zhang, kind=CardKind.QR, number=new_qr_token(), now=now)
    with pytest.raises(HouseholdHasLeft):
        replace_card(household=zhang, kind=CardKind.RFID, number="B1", now=now)
    assert replace_card(household=li, kind=CardKind.RFID, number="A0000001", now=now).household == li


def test_a_household_that_was_to_begin_tomorrow_can_leave_today(zhang: Household, now: dt.datetime) -> None:
    Household.objects.filter(pk=zhang.pk).update(enrolled_on=now.date() + DAY)
    assert end_household(household=zhang, now=now)
    assert zhang.left_on == now.date() + DAY
