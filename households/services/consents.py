"""Consents: each given or withdrawn by an act of its own; the last act of a kind holds."""

import datetime as dt

from django.db import transaction

from households.models import CardKind, Consent, ConsentKind, Household, Member
from lib.errors import DomainError
from people.models import User


class MemberOfAnotherHousehold(DomainError):
    """A member consents for their own household only."""

    code = "member_of_another_household"
    message = "该成员不属于这一住户"


@transaction.atomic
def record_consent(
    *,
    household: Household,
    kind: ConsentKind,
    is_given: bool,
    now: dt.datetime,
    member: Member | None = None,
    recorded_by: User | None = None,
) -> Consent:
    """Record that the household (or one member of it) gave or withdrew a consent.

    Saying again what holds already records nothing and returns the act that holds. Whoever of the household withdraws
    the consent to fingerprints ends its reference at once: nobody outside the bin knows whose finger it names.

    :raises MemberOfAnotherHousehold: the member belongs elsewhere.
    """
    if member is not None and member.household_id != household.pk:
        raise MemberOfAnotherHousehold
    Household.objects.select_for_update().get(pk=household.pk)
    if kind == ConsentKind.FINGERPRINT and not is_given:
        household.cards.filter(kind=CardKind.FINGERPRINT, valid_to__isnull=True).update(valid_to=now)
    last = household.consents.filter(kind=kind, member=member).order_by("at", "pk").last()
    if last is not None and last.is_given == is_given:
        return last
    return Consent.objects.create(
        household=household, member=member, kind=kind, is_given=is_given, at=now, recorded_by=recorded_by
    )
