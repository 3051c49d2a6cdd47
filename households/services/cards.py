"""Cards: one active card of a kind per household. A replaced card keeps its row, the household keeps its code."""

import datetime as dt
import secrets

from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Coalesce, Greatest

from households.card_text import card_key, is_fingerprint_reference
from households.models import Card, CardKind, ConsentKind, Household, NoticeKind
from households.queries import consent_holds
from households.services.notices import notify_household
from lib.errors import DomainError

TOKEN_BYTES = 16  # 128 random bits: nobody guesses one


class CardUnreadable(DomainError):
    """No card has such a number."""

    code = "card_unreadable"
    message = "卡号不能识别"


class CardAlreadyIssued(DomainError):
    """The household has an active card of this kind: replace it instead."""

    code = "card_already_issued"
    message = "该住户已有这种卡，请用换卡"


class CardHeldElsewhere(DomainError):
    """The card is active at another household."""

    code = "card_held_elsewhere"
    message = "这张卡已由另一住户使用"


class HouseholdHasLeft(DomainError):
    """A household that has left gets no card."""

    code = "household_has_left"
    message = "该住户已退出，不能再发卡；重新登记后再发"


class FingerprintConsentMissing(DomainError):
    """A fingerprint needs a consent of its own, given before and not taken back."""

    code = "fingerprint_consent_missing"
    message = "该住户没有同意指纹识别，或已撤回；刷卡、扫码和户码照常可用"


def new_qr_token() -> str:
    """A token for a QR card: 128 random bits in lower-case hex, so that its normal form is itself."""
    return secrets.token_hex(TOKEN_BYTES)


@transaction.atomic
def issue_card(*, household: Household, kind: CardKind, number: str, now: dt.datetime) -> Card:
    """Give the household its card of this kind, valid from now on.

    :raises CardUnreadable: the number has no normal form.
    :raises CardAlreadyIssued: it has one.
    :raises CardHeldElsewhere: the number is active at another household.
    :raises FingerprintConsentMissing: a fingerprint's reference without the household's consent in force.
    :raises HouseholdHasLeft: its cards have ended with it.
    """
    _lock(household=household)
    if household.cards.filter(kind=kind, valid_to__isnull=True).exists():
        raise CardAlreadyIssued
    return _create(household=household, kind=kind, number=number, now=now)


@transaction.atomic
def replace_card(*, household: Household, kind: CardKind, number: str, now: dt.datetime) -> Card:
    """End the household's active card of this kind, if there is one, and issue another, valid from now on.

    The same number again changes nothing and returns the card that is active.

    :raises CardUnreadable: the number has no normal form.
    :raises CardHeldElsewhere: the number is active at another household.
    :raises FingerprintConsentMissing: a fingerprint's reference without the household's consent in force.
    :raises HouseholdHasLeft: its cards have ended with it.
    """
    _lock(household=household)
    active = household.cards.filter(kind=kind, valid_to__isnull=True).first()
    if active is not None:
        if active.number_key == card_key(text=number):
            return active
        active.valid_to = now
        active.save(update_fields=["valid_to"])
    return _create(household=household, kind=kind, number=number, now=now)


@transaction.atomic
def stop_card(*, card: Card, now: dt.datetime) -> bool:
    """A lost card ends now: what is dropped off with it from here on is nobody's, and it spends nothing.

    The household reads it; False, and nothing changes, where the card had ended. The household's code stays.
    """
    Household.objects.select_for_update().get(pk=card.household_id)
    end = Greatest(Coalesce("valid_from", Value(now)), Value(now))
    if not Card.objects.filter(pk=card.pk, valid_to__isnull=True).update(valid_to=end):
        return False
    notify_household(
        household=card.household,
        kind=NoticeKind.ACCOUNT,
        text=f"尾号 {card.number[-4:]} 的{card.get_kind_display()}已挂失，马上失效，不能再积分和花分；户码和积分不变。"
        "不是您家里人办的，请尽快联系城管局。",
        reference=f"card/{card.pk}/stopped",
        now=now,
    )
    return True


def _lock(*, household: Household) -> None:
    if Household.objects.select_for_update().get(pk=household.pk).left_on is not None:
        raise HouseholdHasLeft


def _create(*, household: Household, kind: CardKind, number: str, now: dt.datetime) -> Card:
    key = card_key(text=number)
    if not key:
        raise CardUnreadable
    is_fingerprint = kind == CardKind.FINGERPRINT
    if is_fingerprint:
        # A longer or other text could be a template; a template is never stored.
        if not is_fingerprint_reference(text=number.strip()):
            raise CardUnreadable
        # The household is locked: no consent is withdrawn between this and the card.
        if not consent_holds(household=household, kind=ConsentKind.FINGERPRINT):
            raise FingerprintConsentMissing
    try:
        with transaction.atomic():
            return Card.objects.create(
                household=household,
                kind=kind,
                number=number.strip(),
                number_key=key,
                issued_at=now,
                valid_from=now,
                # What a bin matched before the consent is nobody's, so nothing earlier is looked for.
                is_searched=is_fingerprint,
            )
    except IntegrityError as error:
        # The household is locked and has no active card of this kind: only the number can be taken.
        raise CardHeldElsewhere from error
