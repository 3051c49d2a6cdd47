"""A fingerprint's reference: only with a consent of its own, never longer than that holds, never the only way."""

import datetime as dt

import pytest

from households.cards import households_of_cards
from households.models import CardKind, ConsentKind, Household, Member
from households.services import CardUnreadable, FingerprintConsentMissing, issue_card, record_consent, replace_card

pytestmark = pytest.mark.django_db
LATER = dt.timedelta(hours=1)


def consent(
    household: Household, is_given: bool, now: dt.datetime, kind: ConsentKind = ConsentKind.FINGERPRINT
) -> None:
    record_consent(household=household, kind=kind, is_given=is_given, now=now)


def issue(household: Household, now: dt.datetime, number: str = "fp-0001") -> None:
    issue_card(household=household, kind=CardKind.FINGERPRINT, number=number, now=now)


def test_without_the_separate_consent_there_is_no_reference(zhang: Household, now: dt.datetime) -> None:
    consent(zhang, True, now, ConsentKind.PROGRAMME)
    with pytest.raises(FingerprintConsentMissing):
        issue(zhang, now)
    with pytest.raises(FingerprintConsentMissing):
        replace_card(household=zhang, kind=CardKind.FINGERPRINT, number="fp-0001", now=now)


def test_withdrawing_ends_the_reference_at_once_and_the_typed_code_and_the_card_go_on(
    zhang: Household, now: dt.datetime
) -> None:
    consent(zhang, True, now)
    issue(zhang, now)
    assert households_of_cards(reads=[("fp-0001", now + LATER)]) == [zhang.pk]
    consent(zhang, False, now + LATER)
    reads = [("fp-0001", now + LATER), (zhang.code, now + LATER), ("a0000001", now + LATER)]
    assert households_of_cards(reads=reads) == [None, zhang.pk, zhang.pk]
    with pytest.raises(FingerprintConsentMissing):
        issue(zhang, now + LATER)


def test_a_member_who_withdraws_ends_the_households_reference(zhang: Household, now: dt.datetime) -> None:
    consent(zhang, True, now)
    issue(zhang, now)
    member = Member.objects.create(household=zhang, name="张", joined_at=now)
    record_consent(household=zhang, kind=ConsentKind.FINGERPRINT, is_given=False, now=now + LATER, member=member)
    assert not zhang.cards.filter(kind=CardKind.FINGERPRINT, valid_to__isnull=True).exists()


@pytest.mark.parametrize("number", ["f" * 65, "Zm9v/mFy+A==", "Rk1S AA"])
def test_a_template_is_no_reference(zhang: Household, now: dt.datetime, number: str) -> None:
    consent(zhang, True, now)
    with pytest.raises(CardUnreadable):
        issue(zhang, now, number)


def test_what_a_bin_matched_before_the_consent_is_not_looked_for(zhang: Household, now: dt.datetime) -> None:
    consent(zhang, True, now)
    issue(zhang, now)
    assert zhang.cards.get(kind=CardKind.FINGERPRINT).is_searched
