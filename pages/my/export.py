"""The export: every row about a household and its present people, in plain words and ISO dates."""

import datetime as dt
from typing import Any

from django.utils import timezone

from households.models import Household
from pages.my.stored.kind import Asked
from pages.my.stored.registry import KINDS


def own_data(*, household: Household, now: dt.datetime) -> dict[str, Any]:
    """What is stored about the household, by noun."""
    asked = Asked(household=household, now=now)
    return {
        "exported_at": timezone.localtime(now).isoformat(timespec="seconds"),
        "household": {
            "code": household.code,
            "community": household.community.name,
            "building": household.building,
            "unit": household.unit,
            "room": household.room,
            "resident_count": household.resident_count,
            "enrolled_on": household.enrolled_on.isoformat(),
        },
    } | {kind.noun: kind.told(asked=asked) for kind in KINDS}
