"""Counts a bin's requests that are refused for its clock alone, so that the clock is told of and not the silence."""

import datetime as dt

from django.db import transaction

from sorting.alert_rules import CLOCK_REFUSED_WITHIN, CLOCK_SKEW_S_MAX
from sorting.models import ClockRefusal, SmartBin


@transaction.atomic
def count_clock_refusal(*, smart_bin: SmartBin, signed_at: dt.datetime, now: dt.datetime) -> bool:
    """Count a request that the bin signed rightly at `signed_at`, by a clock of its own; False where it is not counted.

    Somebody who recorded a request can send it again, and its signature stays right. So only a clock that runs adds up:
    what was signed no later than the one before changes nothing, and what does not follow it by as much as it came
    later counts from one again.
    """
    row, is_new = ClockRefusal.objects.select_for_update().get_or_create(
        bin=smart_bin, defaults={"signed_at": signed_at, "refused_at": now, "refused_count": 1}
    )
    if is_new:
        return True
    went_by, came_later = signed_at - row.signed_at, now - row.refused_at
    if went_by <= dt.timedelta(0) and came_later < CLOCK_REFUSED_WITHIN:
        return False
    is_running_on = abs((went_by - came_later).total_seconds()) <= CLOCK_SKEW_S_MAX
    row.refused_count = row.refused_count + 1 if is_running_on else 1
    row.signed_at, row.refused_at = signed_at, now
    row.save(update_fields=["refused_count", "signed_at", "refused_at"])
    return True
