"""Members: who belongs to a household, how they sign in, how they come and go."""

import datetime as dt
import secrets as random

from django.db import transaction

from households.models import Household, Member
from households.phones import normal_phone
from lib.errors import DomainError
from people import secrets
from people.models import User

MEMBERS_MAX = 12  # of one household: a large family, not a club


class PhoneUnreadable(DomainError):
    """What was typed is no phone number."""

    code = "phone_unreadable"
    message = "这不像一个手机号，请核对后再输入"


class AlreadyMember(DomainError):
    """The number belongs to a present member of the household already."""

    code = "already_member"
    message = "这个手机号已经是本户成员"


class TooManyMembers(DomainError):
    """A household has at most MEMBERS_MAX present members."""

    code = "too_many_members"
    message = f"一户最多 {MEMBERS_MAX} 位成员，请先让不在的成员退出"


class NotTheFirstMember(DomainError):
    """Only the household's first present member invites others and takes them out."""

    code = "not_the_first_member"
    message = "只有户内第一位成员能邀请或移出别人"


class HouseholdHasMembers(DomainError):
    """The first member of a household is added once; they invite the others."""

    code = "household_has_members"
    message = "这一户已经有人登记了，请那位家里人在“我的”里邀请"


class AccountsStopped(DomainError):
    """Every account of the number was stopped by the bureau."""

    code = "accounts_stopped"
    message = "这个手机号的账号已经停用，没有登录。积分还在，请带卡找小区的督导员，或者联系城管局。"


@transaction.atomic
def user_of_phone(*, phone: str, now: dt.datetime) -> User | None:
    """The account of whoever proved to have this phone (in its normal form); None where no present member has it.

    All present memberships of the number become that one account's, but for those of an account with a password or a
    role: somebody works with that one, and only they sign in to it. An account without a name and password is made
    where there is none: it can only be entered by a code or a PIN.

    :raises AccountsStopped: each present member of the number has an account, and none is active.
    """
    members = list(
        Member.objects.select_for_update(of=("self",))
        .filter(phone_lookup=secrets.lookup_digest(text=phone), left_at__isnull=True, household__left_on__isnull=True)
        .select_related("user")
        .order_by("joined_at", "pk")
    )
    if not members:
        return None
    user = next((member.user for member in members if member.user and member.user.is_active), None)
    if user is None:
        without = next((member for member in members if member.user is None), None)
        if without is None:
            raise AccountsStopped
        user = new_resident_account(name=without.name)
    for member in members:
        former = member.user
        if former is None or (former != user and former.is_active and not works_with(user=former)):
            member.user = user
            member.save(update_fields=["user"])
            if former is not None:
                _close_account_without_use(user_id=former.pk)
    return user


def works_with(*, user: User) -> bool:
    """Whether the account is more than a resident's: it has a password or a role."""
    return user.is_staff or user.is_superuser or user.has_usable_password() or user.role_grants.exists()


def new_resident_account(*, name: str) -> User:
    """An account with an unguessable name and no password."""
    user = User(username=f"resident-{random.token_hex(8)}", display_name=name)
    user.set_unusable_password()
    user.save()
    return user


def present_members(*, household: Household) -> list[Member]:
    """The household's people now, in the order in which they joined."""
    return list(household.members.filter(left_at__isnull=True).order_by("joined_at", "pk"))


def first_member(*, household: Household) -> Member | None:
    """The present member who joined first: who invites the others."""
    return household.members.filter(left_at__isnull=True).order_by("joined_at", "pk").first()


@transaction.atomic
def invite_member(*, household: Household, by: Member, phone: str, name: str, now: dt.datetime) -> Member:
    """Let somebody with this phone sign in for the household; they prove the phone by a code of their own.

    :raises NotTheFirstMember: `by` is not the household's first present member.
    :raises PhoneUnreadable: that is no phone number.
    :raises AlreadyMember: the number is a present member's.
    :raises TooManyMembers: the household has as many members as it may.
    """
    Household.objects.select_for_update().get(pk=household.pk)
    _demand_first(household=household, by=by)
    normal = normal_phone(text=phone)
    if normal is None:
        raise PhoneUnreadable
    lookup = secrets.lookup_digest(text=normal)
    present = household.members.filter(left_at__isnull=True)
    if present.filter(phone_lookup=lookup).exists():
        raise AlreadyMember
    if present.count() >= MEMBERS_MAX:
        raise TooManyMembers
    return Member.objects.create(
        household=household,
        name=name.strip()[:80],
        phone_encrypted=secrets.encrypt(text=normal),
        phone_lookup=lookup,
        joined_at=now,
        invited_by=by,
    )


@transaction.atomic
def add_first_member(*, household: Household, phone: str, name: str, now: dt.datetime) -> Member:
    """A household without members gets its first one, with a number in its normal form that they proved.

    :raises HouseholdHasMembers: somebody is there, and invites the others.
    """
    Household.objects.select_for_update().get(pk=household.pk)
    if household.members.filter(left_at__isnull=True).exists():
        raise HouseholdHasMembers
    return Member.objects.create(
        household=household,
        name=name.strip()[:80],
        phone_encrypted=secrets.encrypt(text=phone),
        phone_lookup=secrets.lookup_digest(text=phone),
        joined_at=now,
    )


@transaction.atomic
def remove_member(*, member: Member, by: Member, now: dt.datetime) -> bool:
    """Take somebody out of the household, or leave it oneself; False where they had left already.

    The personal link is cut: name and phone are gone, and an account that served nothing else is closed and nameless.
    The row keeps the account's key, so that a guide cannot judge the home they left yesterday. What the household
    dropped off stays the household's.

    :raises NotTheFirstMember: `by` is somebody else than the member or the household's first present one.
    """
    household = Household.objects.select_for_update().get(pk=member.household_id)
    if by.pk != member.pk:
        _demand_first(household=household, by=by)
    return close_membership(member=member, now=now)


def close_membership(*, member: Member, now: dt.datetime) -> bool:
    """End one membership and forget the person's name and phone; False where it had ended before."""
    left = Member.objects.filter(pk=member.pk, left_at__isnull=True).update(
        left_at=now, name="", phone_encrypted=b"", phone_lookup=""
    )
    if left and member.user_id is not None:
        _close_account_without_use(user_id=member.user_id)
    return bool(left)


def _close_account_without_use(*, user_id: int) -> None:
    user = User.objects.get(pk=user_id)
    if not works_with(user=user) and not user.memberships.filter(left_at__isnull=True).exists():
        user.is_active, user.display_name = False, ""
        user.save(update_fields=["is_active", "display_name"])


def _demand_first(*, household: Household, by: Member) -> None:
    first = first_member(household=household)
    if first is None or first.pk != by.pk:
        raise NotTheFirstMember
