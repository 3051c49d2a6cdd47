"""A household leaves for good and wants to be forgotten: the personal link is cut, what was counted stays nameless."""

import datetime as dt

from django.db import transaction

from households.models import ConsentKind, Household, Notice
from households.queries import consent_holds
from households.services.consents import record_consent
from households.services.leaving import end_household
from households.services.members import NotTheFirstMember, close_membership, first_member
from people.models import User

GONE = "—"  # in place of an address: columns that must say something say this


@transaction.atomic
def leave_programme(*, household: Household, by: User, now: dt.datetime) -> bool:
    """End the household, withdraw its consents, and forget names, phones, notices and the address; False if it had.

    Its drop-offs, tallies and postings stay: they belong to a number now, and no sum changes. Its points can no longer
    be spent and expire in their time. The code is never given to anybody else.

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
    Notice.objects.filter(household=locked).delete()
    Household.objects.filter(pk=locked.pk).update(building=GONE, unit=GONE, room=GONE, resident_count=None)
    household.refresh_from_db()
    return True
