"""A household leaves the programme: its cards end with it, at once."""

import datetime as dt

from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from households.models import Household


@transaction.atomic
def end_household(*, household: Household, now: dt.datetime) -> bool:
    """The household has left today and every card of it ends now; False, and nothing changes, where it left before.

    What was dropped off before now keeps counting, however late it arrives; its code counts to the end of this day.
    Bins that keep the cards of their community learn it with their next delta: a card's end is what a delta tells.
    Consents, members and points are the caller's, in the same transaction. `household.left_on` is set on the instance.
    """
    locked = Household.objects.select_for_update().get(pk=household.pk)
    if locked.left_on is not None:
        household.left_on = locked.left_on
        return False
    # One that was to begin later has been a household for no day, and its card for no moment.
    household.left_on = locked.left_on = max(timezone.localdate(now), locked.enrolled_on)
    locked.save(update_fields=["left_on"])
    to_end = locked.cards.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=now))
    to_end.update(valid_to=Greatest(Coalesce("valid_from", Value(now)), Value(now)))
    return True
