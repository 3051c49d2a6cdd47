"""Reading households: by code, by phone, and the rows that a clerk gets back after an import."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import FilteredRelation, OuterRef, Q, QuerySet, Subquery

from households.card_text import card_key
from households.models import (
    Card,
    CardKind,
    ChangeKind,
    Community,
    Consent,
    ConsentKind,
    Household,
    HouseholdChange,
    Member,
    Notice,
)
from households.phones import normal_phone
from lib.errors import DomainError
from lib.import_command import in_chunks
from people import secrets
from people.models import User

HOUSEHOLD_CODE_HEADINGS = ("subdistrict", "community", "building", "unit", "room", "household_code", "rfid")


class HomesInACircle(DomainError):
    """Households that each say their people are at the next: nobody knows where they are."""

    code = "homes_in_a_circle"


@dataclass(frozen=True, slots=True)
class HeldConsent:
    """What holds of one kind of consent; `at` is None where nothing was ever said."""

    kind: ConsentKind
    is_given: bool
    at: dt.datetime | None


def household_of_code(*, text: str) -> Household | None:
    """The household with this code as typed (spaces and dashes do not matter); None where it has left or never was."""
    return Household.objects.filter(code=card_key(text=text), left_on__isnull=True).first()


def household_of_any_code(*, text: str) -> Household | None:
    """The same, whether it has left or not: its points may have to be put right afterwards."""
    return Household.objects.filter(code=card_key(text=text)).first()


def households_of_phone(*, text: str) -> list[Household]:
    """The households that have not left with a present member of this phone number, oldest first."""
    phone = normal_phone(text=text)
    if phone is None:
        return []
    lookup = secrets.lookup_digest(text=phone)
    members = Q(members__phone_lookup=lookup, members__left_at__isnull=True)
    return list(Household.objects.filter(members, left_on__isnull=True).distinct().order_by("serial"))


def home_now(*, household: Household) -> Household:
    """Where its people are by now: itself, or where moves and merges led. A split leaves the household as it is.

    A household ends once and nobody joins one that has ended, so the way has an end; what was written behind the
    platform's back may lack one.

    :raises HomesInACircle: the way comes back to a household that it has left.
    """
    left: set[int] = set()
    ended = HouseholdChange.objects.exclude(kind=ChangeKind.SPLIT).select_related("successor")
    while (change := ended.filter(household=household).first()) is not None:
        if household.pk in left:
            raise HomesInACircle(f"户码 {household.code} 的变更记录首尾相连,查不到这家人现在在哪一户,请先核对住户变更")
        left.add(household.pk)
        household = change.successor
    return household


def is_member_of(*, user: User, household: Household) -> bool:
    """Whether the user is one of the household's people now: nobody judges or corrects what is their own."""
    return household.members.filter(user=user, left_at__isnull=True).exists()


def present_memberships(*, user: User) -> list[Member]:
    """The user's memberships of households that have not left, with the household and its community, oldest first."""
    return list(_present_memberships(user=user))


def memberships_by_pin(*, user: User, household_id: int, pin_set_at: dt.datetime) -> list[Member]:
    """The same of one household, while the PIN that was set at that moment is its PIN; else none."""
    of_pin = {"household": household_id, "household__pin__set_at": pin_set_at}
    return list(_present_memberships(user=user).filter(**of_pin))


def _present_memberships(*, user: User) -> QuerySet[Member]:
    present = Member.objects.filter(user=user, left_at__isnull=True, household__left_on__isnull=True)
    # An outline is for the map alone and may be long; every screen reads the rest.
    return (
        present.select_related("household__community")
        .defer("household__community__outline")
        .order_by("joined_at", "pk")
    )


def community_of_qr(*, text: str) -> Community | None:
    """The community of the household with this active QR card; None for a token that nobody has. Says nothing more.

    Only QR tokens are looked up, which nobody can guess: the numbers of RFID cards can be counted through.
    """
    card = Card.objects.filter(kind=CardKind.QR, number_key=card_key(text=text), valid_to__isnull=True).select_related(
        "household__community"
    )
    found = card.filter(household__left_on__isnull=True).first()
    return found.household.community if found else None


def consent_holds(*, household: Household, kind: ConsentKind) -> bool:
    """Whether the household's last act of this kind gave the consent."""
    last = household.consents.filter(kind=kind, member__isnull=True).order_by("at", "pk").last()
    return last is not None and last.is_given


def consents_of(*, household: Household) -> list[HeldConsent]:
    """What holds of every kind of consent of the household, in one query."""
    acts = household.consents.filter(member__isnull=True).order_by("at", "pk").values_list("kind", "is_given", "at")
    last = {kind: (is_given, at) for kind, is_given, at in acts}
    return [HeldConsent(kind, *last.get(kind.value, (False, None))) for kind in ConsentKind]


def notices_of(*, household: Household, before: tuple[dt.datetime, int] | None = None) -> QuerySet[Notice]:
    """The household's inbox, the newest first; what comes before a moment and key if given."""
    notices = Notice.objects.filter(household=household)
    if before is not None:
        at, pk = before
        notices = notices.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))
    return notices.order_by("-at", "-pk")


def last_consent(*, household: str, kind: ConsentKind, before: dt.datetime | None = None) -> Subquery:
    """What `consent_holds` says, within a query: true, false, or null where there was no act.

    `household` names the outer query's field or annotation with the household's key; `before` leaves out later acts.
    """
    acts = Consent.objects.filter(household=OuterRef(household), kind=kind, member__isnull=True)
    if before is not None:
        acts = acts.filter(at__lt=before)
    return Subquery(acts.order_by("-at", "-pk").values("is_given")[:1])


def household_code_rows(*, household_ids: Sequence[int]) -> Iterator[tuple[str | None, ...]]:
    """For each household, in this order, the values of HOUSEHOLD_CODE_HEADINGS; `rfid` is the active card."""
    for chunk in in_chunks(household_ids):
        active_rfid = FilteredRelation("cards", condition=Q(cards__kind=CardKind.RFID, cards__valid_to__isnull=True))
        found = (
            Household.objects.filter(pk__in=chunk)
            .annotate(active_rfid=active_rfid)
            .values_list(
                "pk",
                "community__subdistrict__name",
                "community__name",
                "building",
                "unit",
                "room",
                "code",
                "active_rfid__number",
            )
        )
        by_id = {row[0]: row[1:] for row in found}
        yield from (by_id[household_id] for household_id in chunk)
