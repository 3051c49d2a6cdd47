"""Another phone number of a member: proved by a code sent to the new one; who holds the old one is out."""

import datetime as dt

from django.db import transaction

from households.models import Household, Member, NoticeKind
from households.phones import normal_phone
from households.services.members import AlreadyMember, PhoneUnreadable, works_with
from households.services.notices import notify_household
from lib.errors import DomainError
from people import secrets
from people.models import User
from people.services import ask_sign_in_code, end_sessions, use_sign_in_code

PURPOSE = "new-phone"  # a code to prove a number signs nobody in


class PhoneUnproved(DomainError):
    """Not the code that was sent to the number."""

    code = "phone_unproved"
    message = "验证码不对，或者已经过期，什么都没有改动。可以再试，或者返回重新获取。"


def ask_phone_proof(*, phone: str, address: str, now: dt.datetime) -> str:
    """Send a code to a number that somebody says is theirs; returns its normal form.

    :raises PhoneUnreadable: that is no phone number.
    :raises people.services.TooManyCodes: the number or the address asked too often.
    """
    normal = normal_phone(text=phone)
    if normal is None:
        raise PhoneUnreadable
    ask_sign_in_code(phone=normal, address=address, is_known=True, now=now, purpose=PURPOSE)
    return normal


def require_phone_proof(*, phone: str, code: str, now: dt.datetime) -> None:
    """Return if this code was sent to the number to prove it; it is used up.

    Call it outside of a transaction, or the count of a wrong try would be undone with it.

    :raises PhoneUnproved: it was not.
    """
    if not use_sign_in_code(phone=phone, code=code, now=now, purpose=PURPOSE):
        raise PhoneUnproved


@transaction.atomic
def change_phone(*, member: Member, phone: str, in_all_homes: bool, now: dt.datetime) -> None:
    """Give the member a new number in its normal form, which they proved; the old one's sessions end.

    `in_all_homes`: the account itself asks, so the number changes in each of its homes that has the old one. Else (a
    PIN's session, a guide) it changes here alone, and an account with other homes is no longer this home's: whoever
    holds the old number still opens those with it.

    :raises AlreadyMember: the number is another present member's of such a household; nothing changed.
    """
    members = _members(member=member, in_all_homes=in_all_homes)
    lookup = secrets.lookup_digest(text=phone)
    # Locked in id order, so that two opposite changes cannot deadlock.
    ids = {each.household_id for each in members}
    homes = list(Household.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    others = Member.objects.filter(household__in=homes, phone_lookup=lookup, left_at__isnull=True)
    if others.exclude(pk__in=[each.pk for each in members]).exists():
        raise AlreadyMember
    for each in members:
        Member.objects.filter(pk=each.pk, left_at__isnull=True).update(
            phone_encrypted=secrets.encrypt(text=phone), phone_lookup=lookup
        )
        _tell(member=each, phone=phone, now=now)
    if member.user is not None:
        _close_to_old_phone(member=member, user=member.user, in_all_homes=in_all_homes)


def _members(*, member: Member, in_all_homes: bool) -> list[Member]:
    if not in_all_homes or member.user_id is None or not member.phone_lookup:
        return [member]
    same = Member.objects.filter(user=member.user_id, phone_lookup=member.phone_lookup, left_at__isnull=True)
    return list(same.select_related("household").order_by("pk"))


def _close_to_old_phone(*, member: Member, user: User, in_all_homes: bool) -> None:
    end_sessions(user=user)
    elsewhere = user.memberships.filter(left_at__isnull=True).exclude(household_id=member.household_id)
    if not in_all_homes and not works_with(user=user) and elsewhere.exists():
        Member.objects.filter(pk=member.pk).update(user=None)


def _tell(*, member: Member, phone: str, now: dt.datetime) -> None:
    notify_household(
        household=member.household,
        kind=NoticeKind.ACCOUNT,
        text=f"{member.name or '家里人'}登记的手机号换成了尾号 {phone[-4:]} 的号码，原来的号码不能再登录。"
        "不是您家里人办的，请尽快联系城管局。",
        reference=f"phone/{member.pk}/{now.isoformat()}",
        now=now,
    )
