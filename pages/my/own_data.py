"""Reads what is stored about a household: for its own screen, and whole for the export."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from households.models import Card, Consent, ConsentKind, Household, Member, Notice
from households.queries import consent_holds
from households.services.opening import SUBJECT_KIND
from pages.my.access import Resident
from pages.my.words import moment_text
from people import secrets
from people.models import AccessLog
from points.models import Redemption, Transfer
from sorting.models import Attribution, DropOff

NOTICES_SHOWN_MAX = 100
LOOKS_SHOWN_MAX = 50
ROWS_EXPORTED_MAX = 100_000  # a home with three drop-offs a day reaches it after 90 years


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
    cards: tuple[tuple[str, str], ...]
    looks: tuple[tuple[str, str, str], ...]


def read_me(*, resident: Resident, words: Mapping[ConsentKind, str]) -> MyPage:
    """The screen 我的."""
    household = resident.household
    members = list(household.members.filter(left_at__isnull=True).order_by("joined_at", "pk"))
    is_first = bool(members) and members[0].pk == resident.member.pk
    looks = AccessLog.objects.filter(subject_kind=SUBJECT_KIND, subject_id=household.pk).select_related("user")
    return MyPage(
        members=tuple(
            MemberLine(
                member_id=each.pk,
                name=each.name or "未写姓名",
                phone=_masked(member=each),
                is_me=each.pk == resident.member.pk,
                may_remove=is_first or each.pk == resident.member.pk,
            )
            for each in members
        ),
        may_invite=is_first,
        consents=tuple(
            (kind.value, word, consent_holds(household=household, kind=kind)) for kind, word in words.items()
        ),
        cards=tuple(
            (each.get_kind_display(), f"尾号 {each.number[-4:]}")
            for each in household.cards.filter(valid_to__isnull=True).order_by("pk")
        ),
        looks=tuple(
            (moment_text(at=each.at), each.user.display_name or "工作人员", each.reason)
            for each in looks.order_by("-at")[:LOOKS_SHOWN_MAX]
        ),
    )


def read_notices(*, household: Household) -> list[dict[str, object]]:
    """The inbox, the newest first."""
    rows = Notice.objects.filter(household=household).order_by("-at", "-pk")[:NOTICES_SHOWN_MAX]
    return [
        {"kind": each.get_kind_display(), "text": each.text, "at": moment_text(at=each.at), "is_new": not each.read_at}
        for each in rows
    ]


def own_data(*, household: Household, now: dt.datetime) -> dict[str, Any]:
    """Every row about the household and its present people, in plain words and ISO dates."""
    own = Attribution.objects.filter(household=household).values_list("drop_off_id", flat=True)
    drop_offs = DropOff.objects.filter(household=household) | DropOff.objects.filter(pk__in=own)
    return {
        "exported_at": timezone.localtime(now).isoformat(timespec="seconds"),
        "household": {
            "code": household.code,
            "community": household.community.name,
            "building": household.building,
            "unit": household.unit,
            "room": household.room,
            "resident_count": household.resident_count,
            "enrolled_on": household.enrolled_on.isoformat(),
        },
        "members": [
            {"name": each.name, "phone": _phone(member=each), "joined_at": _iso(each.joined_at)}
            for each in Member.objects.filter(household=household, left_at__isnull=True).order_by("pk")
        ],
        "cards": [
            {"kind": each.kind, "number": each.number, "from": _iso(each.valid_from), "to": _iso(each.valid_to)}
            for each in Card.objects.filter(household=household).order_by("pk")
        ],
        "consents": [
            {"kind": each.kind, "is_given": each.is_given, "at": _iso(each.at)}
            for each in Consent.objects.filter(household=household).order_by("pk")
        ],
        "notices": [
            {"kind": each.kind, "text": each.text, "at": _iso(each.at)}
            for each in Notice.objects.filter(household=household).order_by("pk")
        ],
        "drop_offs": [
            {
                "occurred_at": _iso(each.occurred_at),
                "category": each.category,
                "weight_g": each.weight_g,
                "method": each.method,
            }
            for each in drop_offs.order_by("occurred_at", "pk")[:ROWS_EXPORTED_MAX]
        ],
        "transfers": [
            {"posted_at": _iso(posted_at), "reason": reason, "points": points, "reference": reference}
            for posted_at, reason, points, reference in Transfer.objects.filter(household=household)
            .order_by("pk")
            .values_list("run__posted_at", "reason", "points", "reference")[:ROWS_EXPORTED_MAX]
        ],
        "redemptions": [
            {
                "reward": each.reward.name,
                "points": each.points,
                "status": each.status,
                "reserved_at": _iso(each.reserved_at),
            }
            for each in Redemption.objects.filter(household=household).select_related("reward").order_by("pk")
        ],
        "looked_at_by": [
            {"at": _iso(each.at), "by": each.user.display_name or each.user.username, "reason": each.reason}
            for each in AccessLog.objects.filter(subject_kind=SUBJECT_KIND, subject_id=household.pk)
            .select_related("user")
            .order_by("pk")
        ],
    }


def _phone(*, member: Member) -> str:
    return secrets.decrypt(encrypted=bytes(member.phone_encrypted)) if member.phone_lookup else ""


def _masked(*, member: Member) -> str:
    phone = _phone(member=member)
    return f"{phone[:3]}****{phone[-4:]}" if phone else "没有登记手机"


def _iso(at: dt.datetime | None) -> str | None:
    return timezone.localtime(at).isoformat(timespec="seconds") if at else None
