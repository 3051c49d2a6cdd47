"""大字: larger text on the residents' screens, kept by the phone itself, signed in or not."""

import datetime as dt

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from pages.my.marks import TEXT_SIZE_COOKIE
from pages.my.signing_in import safe_next

KEPT_FOR = dt.timedelta(days=365)


@require_POST
@never_cache
def switch_text_size(request: HttpRequest) -> HttpResponse:
    """Large or usual; then back to where the switch was."""
    answer = redirect(safe_next(request) or "my-sign-in")
    if request.POST.get("large") == "1":
        answer.set_cookie(
            TEXT_SIZE_COOKIE,
            "1",
            max_age=KEPT_FOR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    else:
        answer.delete_cookie(TEXT_SIZE_COOKIE, samesite="Lax")
    return answer
