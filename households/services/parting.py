"""A household leaves for good and wants to be forgotten: the personal link is cut, what was counted stays nameless."""

import datetime as dt

from django.db import transaction
from django.db.models import Q

from households.models import ChangeKind, ConsentKind, Household, HouseholdChange, HouseholdPin, Notice
from households.queries import consent_holds
from households.services.consents import record_consent
from households.services.leaving import end_household
from households.services.members import NotTheFirstMember, close_membership, first_member
from households.services.opening import SUBJECT_KIND
from people.models import AccessLog, User

GONE = "—"  # in place of an address or a reason: columns that must say something say this


@transaction.atomic
def leave_programme(*, household: Household, by: User, now: dt.datetime) -> bool:
    """End the household, withdraw its consents, and forget names, phones, notices and the address; False if it had.

    Its drop-offs, tallies and postings stay: they belong to a number now, and no sum changes. Its points can no longer
    be spent and expire in their time. The code is never given to anybody else. Where its people lived before is
    forgotten with it (`homes_of`); of what officers wrote as their reason only that there was one stays.

    :raises NotTheFirstMember: only the household's first present member speaks for all of it.
    """
    locked = Household.objects.select_for_update().get(pk=household.pk)
    first = first_member(household=locked)
    if locked.left_on is not None:
        return False
    if first is None or first.user_id != by.pk:
        raise NotTheFirstMember
    for kind in ConsentKind:
        if consent_holds(household=locked, kind=kind):
            record_consent(household=locked, kind=kind, is_given=False, now=now, recorded_by=by)
    end_household(household=locked, now=now)
    for member in locked.members.filter(left_at__isnull=True):
        close_membership(member=member, now=now)
    homes = homes_of(household=locked)
    Notice.objects.filter(household__in=homes).delete()
    HouseholdPin.objects.filter(household__in=homes).delete()
    HouseholdChange.objects.filter(Q(household__in=homes) | Q(successor__in=homes)).update(reason=GONE)
    AccessLog.objects.filter(subject_kind=SUBJECT_KIND, subject_id__in=homes).update(reason=GONE)
    Household.objects.filter(pk__in=homes).update(building=GONE, unit=GONE, room=GONE, resident_count=None)
    household.refresh_from_db()
    return True


def homes_of(*, household: Household) -> list[int]:
    """The keys of the household and of those that its people moved out of or gave up for it; not of one that split."""
    homes, newest = {household.pk}, {household.pk}
    while newest:
        came = HouseholdChange.objects.filter(successor__in=newest).exclude(kind=ChangeKind.SPLIT)
        newest = set(came.values_list("household_id", flat=True)) - homes
        homes |= newest
    return sorted(homes)
