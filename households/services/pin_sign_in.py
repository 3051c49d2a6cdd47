"""Signing in by household code and PIN: for who has no phone for codes. A stranger learns nothing from a refusal."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from households.models import Household, HouseholdPin, Member, NoticeKind
from households.queries import household_of_code
from households.services.members import new_resident_account
from households.services.notices import notify_household
from households.services.opening import SUBJECT_KIND
from households.services.pins import PinLocked, PinMistyped, PinWrong, check_pin, refuse_pin_of_nobody
from lib.errors import DomainError
from people.models import AccessLog, User
from people.services import count_try

NAME = "凭 PIN 码登录的家人"


class PinSignInRefused(DomainError):
    """No such code, no PIN, a wrong one or a locked one: one answer for all."""

    code = "pin_sign_in_refused"
    message = (
        "户码或 PIN 码不对，没有登录。请核对后再试；连续输错会暂停一段时间。"
        "也可以用手机验证码登录，或者请督导员重设 PIN 码。"
    )


@dataclass(frozen=True, slots=True)
class PinSignIn:
    """Whom a PIN lets in, into which household, and when that PIN was set: it opens nothing once there is another."""

    user: User
    household: Household
    pin_set_at: dt.datetime


@sensitive_variables("pin")
def sign_in_by_pin(*, code: str, pin: str, address: str, now: dt.datetime) -> PinSignIn:
    """The account to sign in, and the household whose code and PIN these are. It is on the household's record.

    Call it outside of a transaction, as check_pin.

    :raises TooManyTries: the address was wrong too often.
    :raises PinSignInRefused: anything else.
    """
    counted = count_try(address=address, now=now)
    household = household_of_code(text=code)
    try:
        if household is None:
            refuse_pin_of_nobody(pin=pin)
        # Read before it is compared: what was set in between ends this session, and not the other way round.
        kept = HouseholdPin.objects.filter(household=household).first()
        check_pin(household=household, pin=pin, now=now)
    except (PinMistyped, PinWrong, PinLocked):
        raise PinSignInRefused from None
    if kept is None:
        raise PinSignInRefused  # given while this was compared: once more, and it is right
    with transaction.atomic():
        counted.delete()
        user = _account(household=household, now=now)
        AccessLog.objects.create(
            user=user, subject_kind=SUBJECT_KIND, subject_id=household.pk, reason="凭户码和 PIN 码登录", at=now
        )
        notify_household(
            household=household,
            kind=NoticeKind.ACCOUNT,
            text="有人用您家的户码和 PIN 码登录了。不是您家里人，请尽快请督导员重设 PIN 码。",
            reference=f"pin-sign-in/{now.isoformat()}",
            now=now,
        )
    return PinSignIn(user=user, household=household, pin_set_at=kept.set_at)


def _account(*, household: Household, now: dt.datetime) -> User:
    """That of the first present member which opens this home and nothing else; a member without a phone is made else.

    A PIN is the household's: it opens no other home of a member, and nothing that a member does here at work.
    """
    Household.objects.select_for_update().get(pk=household.pk)
    members = household.members.filter(left_at__isnull=True).select_related("user").order_by("joined_at", "pk")
    member = next((each for each in members if each.user is None or _opens_nothing_else(member=each)), None)
    if member is None:
        member = Member(household=household, name=NAME, joined_at=now)
    if member.user is None:
        member.user = new_resident_account(name=member.name)
        member.save()
    return member.user


def _opens_nothing_else(*, member: Member) -> bool:
    user = member.user
    if user is None or not user.is_active or user.is_staff or user.is_superuser or user.has_usable_password():
        return False
    elsewhere = user.memberships.filter(left_at__isnull=True).exclude(household_id=member.household_id)
    return not (user.role_grants.exists() or elsewhere.exists())
