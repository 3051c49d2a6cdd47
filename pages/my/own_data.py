"""Reads what a household sees of itself on its own screens; the export has all of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from households.models import ConsentKind, Household, Member, Notice
from households.queries import consent_holds
from households.services import present_members
from pages.english.told import told
from pages.my.access import Resident
from pages.my.looks import looks_at, who_looked
from pages.my.words import moment_text
from people import secrets

NOTICES_SHOWN_MAX = 100
LOOKS_SHOWN_MAX = 50


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member as the others see them: name and the ends of the phone."""

    member_id: int
    name: str
    phone: str
    is_me: bool
    may_remove: bool


@dataclass(frozen=True, slots=True)
class MyPage:
    """Everything the template shows."""

    members: tuple[MemberLine, ...]
    may_invite: bool
    consents: tuple[tuple[str, str, bool], ...]
    cards: tuple[tuple[int, str, str], ...]
    looks: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who is about to leave the household, and what that means."""

    member_id: int
    name: str
    is_me: bool
    is_only_one: bool
    next_first: str  # who invites the others from then on, "" where nothing changes


def read_leaving(*, resident: Resident, member: Member, present: Sequence[Member]) -> Leaving:
    """The question before a member leaves; `present` are the household's members, the first first."""
    is_first = member == present[0]
    return Leaving(
        member_id=member.pk,
        name=member.name or gettext("未写姓名"),
        is_me=member == resident.member,
        is_only_one=len(present) == 1,
        next_first=(present[1].name or gettext("下一位家里人")) if is_first and len(present) > 1 else "",
    )


def read_me(*, resident: Resident, words: Mapping[ConsentKind, str]) -> MyPage:
    """The screen 我的."""
    household = resident.household
    members = present_members(household=household)
    is_first = bool(members) and members[0].pk == resident.member.pk
    who = who_looked(household=household)
    return MyPage(
        members=tuple(
            MemberLine(
                member_id=each.pk,
                name=each.name or gettext("未写姓名"),
                phone=_masked(member=each),
                is_me=each.pk == resident.member.pk,
                may_remove=is_first or each.pk == resident.member.pk,
            )
            for each in members
        ),
        may_invite=is_first,
        consents=tuple(
            (kind.value, gettext(word), consent_holds(household=household, kind=kind)) for kind, word in words.items()
        ),
        cards=tuple(
            (each.pk, told(each.get_kind_display()), gettext("尾号 {end}").format(end=each.number[-4:]))
            for each in household.cards.filter(valid_to__isnull=True).order_by("pk")
        ),
        looks=tuple(
            (moment_text(at=each.at), who(each.user), told(each.reason))
            for each in looks_at(household=household).order_by("-at")[:LOOKS_SHOWN_MAX]
        ),
    )


def read_notices(*, household: Household) -> list[dict[str, object]]:
    """The inbox, the newest first."""
    rows = Notice.objects.filter(household=household).order_by("-at", "-pk")[:NOTICES_SHOWN_MAX]
    return [
        {
            "kind": told(each.get_kind_display()),
            "text": told(each.text),
            "at": moment_text(at=each.at),
            "is_new": not each.read_at,
        }
        for each in rows
    ]


def full_phone(*, member: Member) -> str:
    """The number as it is dialled; "" where none is kept."""
    return secrets.decrypt(encrypted=bytes(member.phone_encrypted)) if member.phone_lookup else ""


def _masked(*, member: Member) -> str:
    phone = full_phone(member=member)
    return f"{phone[:3]}****{phone[-4:]}" if phone else gettext("没有登记手机")
