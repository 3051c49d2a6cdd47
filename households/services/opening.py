"""Opening a household's record: only for a reason, which is written down before anything is shown."""

import datetime as dt

from households.models import Household
from lib.errors import DomainError
from people.models import AccessLog, User

REASON_LENGTH_MAX = 200
SUBJECT_KIND = "household"


class ReasonMissing(DomainError):
    """Nobody opens a household without saying why."""

    code = "reason_missing"
    message = "查阅住户要写明理由"


def open_household(*, household: Household, by: User, reason: str, now: dt.datetime) -> AccessLog:
    """Write down who opens the household, when and why.

    :raises ReasonMissing: no reason is given.
    """
    if not reason.strip():
        raise ReasonMissing
    return AccessLog.objects.create(
        user=by,
        subject_kind=SUBJECT_KIND,
        subject_id=household.pk,
        reason=reason.strip()[:REASON_LENGTH_MAX],
        at=now,
    )
