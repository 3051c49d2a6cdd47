"""A session begun with household code and PIN: it opens that household and nothing else, while the PIN holds."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, login
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.middleware import get_user
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject

from households.services import PinSignIn

BACKEND = "pages.my.pin_session.PinBackend"  # written into the session by `login`, and overwritten by any other login
PIN_KEY = "pin"  # of the session: the household's key, and when its PIN was set
OPENED = ("/my/", "/photos/", "/what-is-it")


class PinBackend(ModelBackend):
    """Knows an account again that a PIN opened. Nobody gets in here by name and password."""

    def authenticate(self, request: HttpRequest | None, username: Any = None, password: Any = None, **_: Any) -> None:
        """Nobody."""


class PinSessionLimit:
    """Middleware: outside of the household's screens, who came in by a PIN is nobody.

    The account may have become a guide's or got another home since: a PIN is the household's and opens none of that.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The page as whoever the session says, or as nobody; the session is read when somebody asks."""
        request.user = SimpleLazyObject(partial(_user_of, request))  # type: ignore[assignment]  # as Django does
        return self.get_response(request)


def begin_pin_session(*, request: HttpRequest, opened: PinSignIn) -> None:
    """Sign in for this household alone."""
    login(request, opened.user, backend=BACKEND)
    request.session[PIN_KEY] = [opened.household.pk, opened.pin_set_at.isoformat()]


def renew_pin_session(*, request: HttpRequest, set_at: dt.datetime) -> None:
    """The household chose another PIN in this session: it goes on with that one, and every other one has ended."""
    household_id, _ = pin_of_session(request=request)
    request.session[PIN_KEY] = [household_id, set_at.isoformat()]


def is_pin_session(*, request: HttpRequest) -> bool:
    """Whether the session was begun with a PIN."""
    return request.session.get(BACKEND_SESSION_KEY) == BACKEND


def pin_of_session(*, request: HttpRequest) -> tuple[int, dt.datetime]:
    """The household's key, and when the PIN was set with which this session was begun."""
    household_id, set_at = request.session[PIN_KEY]
    return household_id, dt.datetime.fromisoformat(set_at)


def _user_of(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    if is_pin_session(request=request) and not request.path.startswith(OPENED):
        return AnonymousUser()
    return get_user(request)
