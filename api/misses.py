"""Nobody tries numbers and codes out: a few misses, then a pause."""

import datetime as dt

from api.models import LookupMiss
from people.models import User

MISSES_MAX = 20  # a guide who mistypes codes all morning stays below; a list of all codes takes a lifetime
WINDOW = dt.timedelta(minutes=10)


def seconds_to_wait(*, user: User, now: dt.datetime) -> float:
    """How long the user may ask for nothing by number or code; 0 below MISSES_MAX misses in the last WINDOW."""
    recent = LookupMiss.objects.filter(user=user, at__gt=now - WINDOW).order_by("-at").values_list("at", flat=True)
    # The one that has to grow old before there is room for another.
    at = recent[MISSES_MAX - 1 : MISSES_MAX].first()
    return 0 if at is None else max(1.0, (at + WINDOW - now).total_seconds())


def note_miss(*, user: User, now: dt.datetime) -> None:
    """Count one miss, and forget the user's old ones."""
    LookupMiss.objects.filter(user=user, at__lte=now - WINDOW).delete()
    LookupMiss.objects.create(user=user, at=now)
