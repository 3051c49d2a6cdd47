"""Counts how every community has sorted lately, ahead of the screens that show it."""

import datetime as dt

from django.utils import timezone

from indicators.facts import Period
from indicators.formulas import GRAMS_A_KG, Figure
from indicators.models import CommunityStanding
from indicators.queries.report import figures_everywhere

STANDING_DAYS = 30  # the last of them is today
_COUNTED = (
    "starts_on",
    "ends_on",
    "counted_at",
    "recovered_load_g",
    "load_g",
    "recovered_drop_off_g",
    "drop_off_g",
    "participating_count",
    "enrolled_count",
    "right_count",
    "judged_count",
)


def standing_period(*, today: dt.date) -> Period:
    """The days that a community's standing is about."""
    return Period(starts_on=today - dt.timedelta(days=STANDING_DAYS - 1), ends_on=today)


def count_standings(*, now: dt.datetime) -> int:
    """Write the standing of every community anew; how many there are. As heavy as one report of the district."""
    period = standing_period(today=timezone.localdate(now))
    figures = {
        (place.community_id, computed.code, computed.measure): figure
        for computed, place, figure in figures_everywhere(period=period)
        if place is not None
    }
    rows = []
    for community_id in dict.fromkeys(key[0] for key in figures):
        recovered_load_g, load_g = _parts(figures[community_id, "recovery_rate", "weighed"], unit=GRAMS_A_KG)
        recovered_drop_off_g, drop_off_g = _parts(figures[community_id, "recovery_rate", "bin_side"])
        participating_count, enrolled_count = _parts(figures[community_id, "participation_rate", None])
        right_count, judged_count = _parts(figures[community_id, "sorting_accuracy_rate", "random_sample"])
        rows.append(
            CommunityStanding(
                community_id=community_id,
                starts_on=period.starts_on,
                ends_on=period.ends_on,
                counted_at=now,
                recovered_load_g=recovered_load_g,
                load_g=load_g,
                recovered_drop_off_g=recovered_drop_off_g,
                drop_off_g=drop_off_g,
                participating_count=participating_count or 0,
                enrolled_count=enrolled_count or 0,
                right_count=right_count or 0,
                judged_count=judged_count or 0,
            )
        )
    CommunityStanding.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["community"], update_fields=_COUNTED
    )
    return len(rows)


def _parts(figure: Figure, *, unit: int = 1) -> tuple[int | None, int | None]:
    """Numerator and denominator in whole parts of the figure's unit."""
    if figure.numerator is None or figure.denominator is None:
        return None, None
    return int(figure.numerator * unit), int(figure.denominator * unit)
