"""Cards and consents: one active card of a kind, history kept, the last act of consent holds."""

import datetime as dt

import pytest

from households.card_text import card_key
from households.models import Card, CardKind, Consent, ConsentKind, Household, Member
from households.queries import consent_holds, household_of_code
from households.services import (
    CardAlreadyIssued,
    CardHeldElsewhere,
    CardUnreadable,
    MemberOfAnotherHousehold,
    issue_card,
    new_qr_token,
    record_consent,
    replace_card,
)
from people.models import User

pytestmark = pytest.mark.django_db
LATER = dt.timedelta(hours=1)


def test_a_qr_token_has_128_random_bits_and_is_its_own_normal_form() -> None:
    tokens = {new_qr_token() for _ in range(1_000)}
    assert len(tokens) == 1_000
    assert all(len(token) == 32 and card_key(text=f"https://fenfen.example/c/{token}") == token for token in tokens)


def test_zhang_gets_a_qr_beside_the_rfid_card_valid_from_its_issue(zhang: Household, now: dt.datetime) -> None:
    card = issue_card(household=zhang, kind=CardKind.QR, number=new_qr_token(), now=now)
    assert (card.valid_from, card.valid_to, card.is_searched) == (now, None, False)
    with pytest.raises(CardAlreadyIssued):
        issue_card(household=zhang, kind=CardKind.QR, number=new_qr_token(), now=now)


def test_lis_lost_card_is_replaced_and_keeps_its_days(li: Household, now: dt.datetime) -> None:
    new = replace_card(household=li, kind=CardKind.RFID, number="B2", now=now)
    old = Card.objects.get(number="A0000002")
    assert (old.valid_from, old.valid_to, new.valid_from) == (None, now, now)
    assert replace_card(household=li, kind=CardKind.RFID, number="b2", now=now + LATER) == new
    assert Card.objects.filter(household=li).count() == 2


def test_zhang_never_gets_the_card_that_li_holds(zhang: Household, li: Household, now: dt.datetime) -> None:
    with pytest.raises(CardHeldElsewhere):
        replace_card(household=zhang, kind=CardKind.RFID, number="a0000002", now=now)
    assert Card.objects.get(household=zhang, valid_to__isnull=True).number == "A0000001"
    assert li.cards.get().valid_to is None
    with pytest.raises(CardUnreadable):
        issue_card(household=zhang, kind=CardKind.QR, number=" ", now=now)


def test_a_code_is_found_as_typed_until_the_household_has_left(zhang: Household) -> None:
    assert household_of_code(text="411003 0000-0001 8") == zhang
    Household.objects.update(left_on=dt.date(2026, 6, 1))
    assert household_of_code(text=zhang.code) is None


def test_the_last_act_of_consent_holds_and_saying_it_again_adds_nothing(
    zhang: Household, li: Household, zhao: User, now: dt.datetime
) -> None:
    kind = ConsentKind.RANKING
    assert not consent_holds(household=zhang, kind=kind)
    given = record_consent(household=zhang, kind=kind, is_given=True, now=now, recorded_by=zhao)
    assert record_consent(household=zhang, kind=kind, is_given=True, now=now + LATER) == given
    assert consent_holds(household=zhang, kind=kind)
    record_consent(household=zhang, kind=kind, is_given=False, now=now + LATER)
    assert not consent_holds(household=zhang, kind=kind)
    assert not consent_holds(household=li, kind=kind)
    assert Consent.objects.count() == 2
    member = Member.objects.create(household=li, joined_at=now)
    with pytest.raises(MemberOfAnotherHousehold):
        record_consent(household=zhang, kind=kind, is_given=True, now=now, member=member)
