"""投放点: where and when to drop off, as a list and, with a script, as a map of the same points."""

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from pages.my.access import Resident, for_residents
from pages.my.neighbourhood import bin_line, hours_text, is_open_at, next_words
from pages.my.shell import render_my
from sorting.queries.near_points import NearPoint, near_points

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PointCard:
    """A collection point today: its number in the list and on the map, whether it is open, its bins in words."""

    point_id: int
    number: int
    name: str
    community: str  # "" for the own
    distance: str
    is_open: bool
    next_words: str
    hours: str
    bins: tuple[str, ...]


@require_safe
@for_residents
def points(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The home's own point first, then the nearest to it; the other communities' of the subdistrict below."""
    local = timezone.localtime()
    household = resident.household
    near = near_points(household=household, days=[local.date(), local.date() + DAY], now=local)
    cards = [_card(near=each, number=number, local=local) for number, each in enumerate(near, start=1)]
    context = {
        "heading": gettext("投放点和时段"),
        "own": [card for card in cards if not card.community],
        "others": [card for card in cards if card.community],
        "map_source": reverse("points-map", args=[household.community.subdistrict_id]),
        "own_area": f"community-{household.community_id}",
    }
    return render_my(request, resident, "pages/my/points.html", context)


def distance_text(*, distance_m: float | None) -> str:
    """ "约 300 米", "约 1.2 千米"; "" where it is not known."""
    if distance_m is None:
        return ""
    if distance_m < 950:
        return gettext("约 {metres} 米").format(metres=max(1, round(distance_m / 50)) * 50)
    return gettext("约 {kilometres} 千米").format(kilometres=f"{distance_m / 1000:.1f}")


def _card(*, near: NearPoint, number: int, local: dt.datetime) -> PointCard:
    today, tomorrow = (near.hours.windows_on(day=local.date() + days * DAY) for days in (0, 1))
    return PointCard(
        point_id=near.point.pk,
        number=number,
        name=near.point.name,
        community="" if near.is_own_community else near.point.community.name,
        distance=distance_text(distance_m=near.distance_m),
        is_open=is_open_at(windows=today, local=local),
        next_words=next_words(today=today, tomorrow=tomorrow, local=local),
        hours=hours_text(windows=today),
        bins=tuple(bin_line(category=each, rate=rate) for each, rate in near.rates),
    )
