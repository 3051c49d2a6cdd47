"""Nobody tries numbers, codes and cards out: a few misses, then a pause. Screens and the API count together."""

import datetime as dt

from django.db.models import QuerySet

from people.models import LookupMiss, User

MISSES_MAX = 20  # a guide who mistypes codes all morning stays below; a list of all codes takes a lifetime
WINDOW = dt.timedelta(minutes=10)


def seconds_to_wait(*, asker: User | str, now: dt.datetime) -> float:
    """How long the asker may ask for nothing by number or code; 0 below MISSES_MAX misses in the last WINDOW.

    The asker is who is signed in, or the address (lib.neighbourhood) of somebody who is not.
    """
    recent = _of(asker=asker).filter(at__gt=now - WINDOW).order_by("-at").values_list("at", flat=True)
    # The one that has to grow old before there is room for another.
    at = recent[MISSES_MAX - 1 : MISSES_MAX].first()
    return 0 if at is None else max(1.0, (at + WINDOW - now).total_seconds())


def note_miss(*, asker: User | str, now: dt.datetime) -> None:
    """Count one miss, and forget the asker's old ones."""
    _of(asker=asker).filter(at__lte=now - WINDOW).delete()
    if isinstance(asker, User):
        LookupMiss.objects.create(user=asker, at=now)
    else:
        LookupMiss.objects.create(address=asker, at=now)


def forget_old_misses(*, now: dt.datetime) -> int:
    """Delete misses that pause nobody any more, whoever's they are; how many."""
    return LookupMiss.objects.filter(at__lte=now - WINDOW).delete()[0]


def _of(*, asker: User | str) -> QuerySet[LookupMiss]:
    if isinstance(asker, User):
        return LookupMiss.objects.filter(user=asker)
    return LookupMiss.objects.filter(user__isnull=True, address=asker)
