"""A household leaves for good: also what it told guides and what they wrote about it is forgotten."""

import datetime as dt

from django.db import transaction

from guides.models import Appeal, HomeVisit, Problem
from households import services as households
from households.models import Household
from households.services.parting import GONE
from people.models import User


@transaction.atomic
def leave_programme(*, household: Household, by: User, now: dt.datetime) -> bool:
    """As households.services.leave_programme; appeals, reports and visits stay as numbers, without their words.

    :raises households.services.members.NotTheFirstMember: as there, and nothing is forgotten.
    """
    has_left = households.leave_programme(household=household, by=by, now=now)
    if has_left:
        appeals = Appeal.objects.filter(household=household)
        appeals.update(words="")
        appeals.exclude(answer="").update(answer=GONE)
        Problem.objects.filter(household=household).update(note="")
        HomeVisit.objects.filter(household=household).update(note="")
    return has_left
