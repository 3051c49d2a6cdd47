"""Chinese first, English by switch: which language a screen speaks, and the switch itself.

Only the cookie of the switch says English, never the browser: a phone that was bought with English menus belongs to
people who read Chinese. Screens of people at work are Chinese whatever the cookie says.
"""

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from pages.my.signing_in import safe_next

ENGLISH = "en"
LANGUAGE_COOKIE = "language"
KEPT_FOR = dt.timedelta(days=365)
# Whatever begins so is for people at work or for programs.
WORK = (
    "/admin",
    "/api/",
    "/bureau",
    "/guide",
    "/metrics",
    "/second-factor",
    "/shop",
    "/sign-in",
    "/sign-out",
    "/start",
)


class Language:
    """Middleware: each answer is made in the language of its screen and says which one it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_of(request=request)
        with translation.override(language):
            answer = self.get_response(request)
        if not request.path.startswith(WORK):
            patch_vary_headers(answer, ["Cookie"])
            answer.headers.setdefault("Content-Language", language)
        return answer


def language_of(*, request: HttpRequest) -> str:
    """ "en" where the switch was set on a screen that has one; else the district's own."""
    is_english = request.COOKIES.get(LANGUAGE_COOKIE) == ENGLISH and not request.path.startswith(WORK)
    return ENGLISH if is_english else settings.LANGUAGE_CODE


@require_POST
@never_cache
def switch_language(request: HttpRequest) -> HttpResponse:
    """English or Chinese from now on; then back to where the switch was."""
    answer = redirect(safe_next(request) or "front")
    if request.POST.get("language") == ENGLISH:
        answer.set_cookie(
            LANGUAGE_COOKIE,
            ENGLISH,
            max_age=KEPT_FOR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    else:
        answer.delete_cookie(LANGUAGE_COOKIE, samesite="Lax")
    return answer
