"""Who may open a screen: somebody who holds one of its roles today."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from people.models import Role
from people.standing import Standing, standing_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
StandingView = Callable[Concatenate[HttpRequest, Standing, P], HttpResponse]


def _sent_to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back. A part of a page that renews itself sends the whole page there: it would otherwise
    take the sign-in page into itself, or be emptied.
    """
    page = request.headers.get("HX-Current-URL")
    if request.headers.get("HX-Request") != "true" or page is None:
        return redirect_to_login(request.get_full_path())
    parts = urlsplit(page)
    back = redirect_to_login(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    return HttpResponse(status=401, headers={"HX-Redirect": back["Location"]})


def for_roles(*roles: Role) -> Callable[[StandingView[P]], View[P]]:
    """Make a view of one that takes (request, standing, …): strangers are sent to sign in, others get 403.

    What it shows is never cached by a browser or proxy.
    """

    def decorate(view: StandingView[P]) -> View[P]:
        @wraps(view)
        def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return _sent_to_sign_in(request)
            standing = standing_of(user=request.user, on=timezone.localdate())
            if not any(standing.holds(role) for role in roles):
                raise PermissionDenied
            return view(request, standing, *args, **kwargs)

        return never_cache(wrapped)

    return decorate
