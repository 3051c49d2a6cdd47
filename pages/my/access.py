"""Whose screen it is: the household that a signed-in resident looks at, chosen among their own."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from households.models import Household, Member
from households.queries import memberships_by_pin, present_memberships
from pages.my.pin_session import is_pin_session, pin_of_session
from people.models import User

HOUSEHOLD_KEY = "household_id"  # of the session
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody who is a present member of a household, and all their memberships."""

    user: User
    member: Member
    memberships: tuple[Member, ...]

    @property
    def household(self) -> Household:
        """The household whose screens are shown."""
        return self.member.household


View = Callable[Concatenate[HttpRequest, P], HttpResponse]
ResidentView = Callable[Concatenate[HttpRequest, Resident, P], HttpResponse]


def for_residents(view: ResidentView[P]) -> View[P]:
    """Make a view of one that takes (request, resident, …); who is no present member of any household signs in first.

    A household comes from the session and only ever out of the user's own: no address names one.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        resident = resident_of(request=request)
        if resident is None:
            return redirect(with_next(address=reverse("my-sign-in"), after=_way_back(request=request)))
        return view(request, resident, *args, **kwargs)

    return never_cache(wrapped)


def with_next(*, address: str, after: str) -> str:
    """The address with where to go on to; as it is where that is ""."""
    return f"{address}?{urlencode({'next': after}, safe='/')}" if after else address


def _way_back(*, request: HttpRequest) -> str:
    """What was asked for, query and all; "" for a form: it would be sent anew without what was in it."""
    return request.get_full_path() if request.method in ("GET", "HEAD") else ""


def resident_of(*, request: HttpRequest) -> Resident | None:
    """The signed-in resident, in one query; None where nobody is, or the user has no household."""
    user, memberships = request.user, memberships_of(request=request)
    if not isinstance(user, User) or not memberships:
        return None
    chosen = request.session.get(HOUSEHOLD_KEY)
    member = next((each for each in memberships if each.household_id == chosen), memberships[0])
    return Resident(user=user, member=member, memberships=tuple(memberships))


def memberships_of(*, request: HttpRequest) -> list[Member]:
    """The memberships that the session opens: all of the user's, or the one household's whose PIN began it."""
    user = request.user
    if not isinstance(user, User):
        return []
    if not is_pin_session(request=request):
        return present_memberships(user=user)
    household_id, pin_set_at = pin_of_session(request=request)
    return memberships_by_pin(user=user, household_id=household_id, pin_set_at=pin_set_at)
