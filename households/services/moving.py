"""Households that move within the district, join another one or split.

A household is an address with a code of its own, and days are rated and counted where it lived then. So a household's
row never moves: its people do, to another row. Points follow by points.services.moving, in the same
transaction; nothing else calls this.
"""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Q

from households.models import CardKind, ChangeKind, ConsentKind, Household, HouseholdChange, Member
from households.queries import consent_holds, is_member_of
from households.services.cards import HouseholdHasLeft, issue_card
from households.services.consents import record_consent
from households.services.leaving import end_household
from households.services.members import close_membership, present_members
from households.services.registering import Address, settle_at
from households.services.serials import lock_registration
from lib.errors import DomainError
from people.models import User

# What the same people carry to another address. A fingerprint's reference means something to the bins there only.
_CARDS = (CardKind.RFID, CardKind.QR)
_CONSENTS = (ConsentKind.PROGRAMME, ConsentKind.PHOTO, ConsentKind.RANKING)


class ChangeReasonMissing(DomainError):
    """Why a household changes is kept."""

    code = "change_reason_missing"
    message = "请写明原因"


class ChangeOfOwnHousehold(DomainError):
    """Nobody changes the household that they belong to."""

    code = "change_of_own_household"
    message = "不能办理自己家的变更,请交给同事办理"


class SameHousehold(DomainError):
    """A household neither joins itself nor splits from itself."""

    code = "same_household"
    message = "两个户码是同一户,请核对"


class NotItsMember(DomainError):
    """Only a household's own people leave it with a split."""

    code = "not_its_member"
    message = "要分出去的人不是这一户现在的成员,请核对手机号"


@transaction.atomic
def move_household(*, household: Household, to: Address, by: User, reason: str, now: dt.datetime) -> HouseholdChange:
    """Its people move to another address: a new household with a code of its own, and their cards, from now on.

    What was dropped off before stays with the address where it was, however late it arrives.

    :raises ChangeReasonMissing, ChangeOfOwnHousehold, HouseholdHasLeft, AddressTaken, AddressIncomplete: it cannot be.
    """
    lock_registration()
    _demand(households=[household], by=by, reason=reason)
    held = household.cards.filter(valid_to__isnull=True, kind__in=_CARDS).order_by("pk")
    numbers = list(held.values_list("kind", "number"))
    consents = [kind for kind in _CONSENTS if consent_holds(household=household, kind=kind)]
    if not end_household(household=household, now=now):
        raise HouseholdHasLeft
    successor = settle_at(address=to, resident_count=household.resident_count, now=now)
    for consent in consents:
        record_consent(household=successor, kind=consent, is_given=True, now=now, recorded_by=by)
    for kind, number in numbers:
        issue_card(household=successor, kind=CardKind(kind), number=number, now=now)
    _move_members(members=present_members(household=household), to=successor, now=now)
    return _record(household=household, kind=ChangeKind.MOVED, successor=successor, by=by, reason=reason, now=now)


@transaction.atomic
def merge_household(
    *, household: Household, into: Household, by: User, reason: str, now: dt.datetime
) -> HouseholdChange:
    """Its people join another household, with that one's code and cards.

    :raises ChangeReasonMissing, ChangeOfOwnHousehold, HouseholdHasLeft, SameHousehold: it cannot be; nothing changed.
    """
    _demand(households=[household, into], by=by, reason=reason)
    if not end_household(household=household, now=now):
        raise HouseholdHasLeft
    _move_members(members=present_members(household=household), to=into, now=now)
    return _record(household=household, kind=ChangeKind.MERGED, successor=into, by=by, reason=reason, now=now)


@transaction.atomic
def split_household(
    *, household: Household, to: Address, members: Sequence[Member], by: User, reason: str, now: dt.datetime
) -> HouseholdChange:
    """Some of its people are a household of their own now, at another address, without cards yet. Both stay.

    :raises NotItsMember: one of `members` is not of the household now.
    :raises ChangeReasonMissing, ChangeOfOwnHousehold, HouseholdHasLeft, AddressTaken, AddressIncomplete: it cannot be.
    """
    lock_registration()
    _demand(households=[household], by=by, reason=reason)
    present = {member.pk for member in present_members(household=household)}
    if not {member.pk for member in members} <= present:
        raise NotItsMember
    second = settle_at(address=to, resident_count=None, now=now)
    _move_members(members=members, to=second, now=now)
    return _record(household=household, kind=ChangeKind.SPLIT, successor=second, by=by, reason=reason, now=now)


def _demand(*, households: Sequence[Household], by: User, reason: str) -> None:
    """Lock the households and refuse what cannot be."""
    if not reason.strip():
        raise ChangeReasonMissing
    ids = sorted({household.pk for household in households})
    if len(ids) != len(households):
        raise SameHousehold
    # Locked in id order, so that two opposite changes cannot deadlock.
    locked = list(Household.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    if any(household.left_on is not None for household in locked):
        raise HouseholdHasLeft
    if any(is_member_of(user=by, household=household) for household in locked):
        raise ChangeOfOwnHousehold


def _move_members(*, members: Iterable[Member], to: Household, now: dt.datetime) -> None:
    """The same people, in another household from now on; who is there already stays once."""
    for member in members:
        same = Q(phone_lookup=member.phone_lookup) & ~Q(phone_lookup="")
        if member.user_id is not None:
            same |= Q(user_id=member.user_id)
        if not to.members.filter(same, left_at__isnull=True).exists():
            Member.objects.create(
                household=to,
                user_id=member.user_id,
                name=member.name,
                phone_encrypted=member.phone_encrypted,
                phone_lookup=member.phone_lookup,
                joined_at=now,
            )
        close_membership(member=member, now=now)


def _record(
    *, household: Household, kind: ChangeKind, successor: Household, by: User, reason: str, now: dt.datetime
) -> HouseholdChange:
    return HouseholdChange.objects.create(
        household=household, kind=kind, successor=successor, reason=reason.strip()[:200], decided_by=by, at=now
    )
