"""The roster, a week at a time."""

import datetime as dt
from collections.abc import Iterable

from guides.models import RosterSlot

WEEK = dt.timedelta(days=7)


def copy_to_next_week(*, slots: Iterable[RosterSlot]) -> int:
    """Put each slot on the same day of the week after; what is there already stays. How many were new."""
    days = {slot.pk: slot.on_date + WEEK for slot in slots}
    slots = list(RosterSlot.objects.filter(pk__in=days))
    taken = set(
        RosterSlot.objects.filter(on_date__in=set(days.values())).values_list("guide_id", "on_date", "starts_at")
    )
    new = [
        RosterSlot(
            guide_id=slot.guide_id,
            point_id=slot.point_id,
            on_date=days[slot.pk],
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
        )
        for slot in slots
        if (slot.guide_id, days[slot.pk], slot.starts_at) not in taken
    ]
    RosterSlot.objects.bulk_create(new)
    return len(new)
