"""Who is on duty, and the frame around every screen of a guide: point and shift clock above, five buttons below."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from guides.models import Shift
from guides.queries import community_ids_of_guide
from guides.queries.shifts import open_shift_and_unread
from pages.access import View, for_roles
from people.models import Role, User
from people.standing import Standing

# (the screen's url name, its word), in the order of the bar below.
SCREENS: tuple[tuple[str, str], ...] = (
    ("guide", "核验"),
    ("guide-spot-check", "抽查"),
    ("guide-problems", "问题"),
    ("guide-duty", "值班"),
    ("waste-items", "查分类"),
)
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Duty:
    """The guide, the communities given to them today, the shift that is open (None: off duty), and the new notices."""

    guide: User
    community_ids: frozenset[int]
    shift: Shift | None
    unread_count: int
    now: dt.datetime

    @property
    def today(self) -> dt.date:
        """The local date."""
        return timezone.localdate(self.now)


DutyView = Callable[Concatenate[HttpRequest, Duty, P], HttpResponse]


def for_guides(view: DutyView[P]) -> View[P]:
    """Make a view of one that takes (request, duty, …): for who is a guide today. No proxy keeps any of it."""

    @for_roles(Role.GUIDE)
    @wraps(view)
    def wrapped(request: HttpRequest, _: Standing, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        assert isinstance(request.user, User)  # for_roles let nobody else in
        now = timezone.now()
        given = community_ids_of_guide(guide=request.user, on=timezone.localdate(now))
        shift, unread_count = open_shift_and_unread(guide=request.user, community_ids=given, now=now)
        duty = Duty(
            guide=request.user,
            community_ids=given,
            shift=shift,
            unread_count=unread_count,
            now=now,
        )
        response = view(request, duty, *args, **kwargs)
        response["X-Shift"] = str(duty.shift.pk if duty.shift else 0)  # a page that was kept in another one is old
        response["X-Guide"] = str(request.user.pk)  # whose page the service worker keeps, so that it keeps no other's
        return response

    return wrapped


def render_guide(
    request: HttpRequest,
    duty: Duty,
    template: str,
    context: Mapping[str, Any],
    *,
    current: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render a screen of a guide; `current` is the url name under which the bar shows it."""
    frame = {
        "bar": [(reverse(name), word, name == current) for name, word in SCREENS],
        "guide_id": duty.guide.pk,
        "guide_name": duty.guide.display_name or duty.guide.get_username(),
        "shift_id": duty.shift.pk if duty.shift else 0,
        "point_name": duty.shift.point.name if duty.shift else "",
        "community_name": duty.shift.point.community.name if duty.shift else "",
        "shift_started_s": int(duty.shift.started_at.timestamp()) if duty.shift else 0,
        "unread_count": duty.unread_count,
        "shift_clock": shift_clock(duty=duty),
    }
    return render(request, template, frame | dict(context), status=status)


def shift_clock(*, duty: Duty) -> str:
    """How long the shift has lasted, as 1:05."""
    if duty.shift is None:
        return ""
    minutes = int((duty.now - duty.shift.started_at).total_seconds() // 60)
    return f"{minutes // 60}:{minutes % 60:02d}"
