"""The residents' screens on a home screen and without a network: the service worker, its one page, the icons.

The phone keeps the files that a screen is made of, and of its resident one thing: what the balance was when the first
screen was last seen. It is forgotten at sign-out and as soon as somebody else is signed in.
"""

import datetime as dt
import json
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import dateformat
from django.utils.translation import gettext, override
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from lib.app_icon import app_icon
from pages.kept_files import files_version
from pages.my.marks import mark_text_size
from pages.my.signing_in import SIGNED_IN_FOR
from pages.my.words import points_unit

ASSETS = (
    "pages/favicon.svg",
    "pages/tokens.css",
    "pages/site.css",
    "pages/forms.css",
    "pages/my/my.css",
    "pages/my/my.js",
    "pages/my/large_text.css",
    "pages/icons/food.svg",
    "pages/icons/hazardous.svg",
    "pages/icons/recyclable.svg",
    "pages/icons/residual.svg",
)
DOORS = ("my-sign-in", "my-code", "my-pin")  # whoever comes here is somebody else, or nobody yet
WAYS_OUT = ("my-sign-out", "my-leave", "my-member-invite")  # and below the last: taking oneself out
ICON_CACHE_S = 24 * 3600


@require_safe
@never_cache
def service_worker(request: HttpRequest) -> HttpResponse:
    """Nothing personal: the same for everybody. Served from /my/, so that it may look after what lies below."""
    context = {
        "version": files_version(names=ASSETS),
        "assets": json.dumps([static(name) for name in ASSETS]),
        "doors": json.dumps([reverse(name) for name in DOORS]),
        "words": json.dumps({language: _words(language=language) for language, _ in settings.LANGUAGES}),
        "ways_out": json.dumps([reverse(name) for name in WAYS_OUT]),
        "kept_ms": SIGNED_IN_FOR // dt.timedelta(milliseconds=1),
    }
    return render(request, "pages/my/worker.js", context, content_type="text/javascript")


def _words(*, language: str) -> dict[str, str | list[str]]:
    """What the worker writes into its page, which speaks the language that the screens had last."""
    with override(language):
        return {
            "heading": gettext("{month}{day}日 {time} 的积分"),
            "months": [dateformat.format(dt.date(2000, month, 1), gettext("n月")) for month in range(1, 13)],
            "unit": points_unit(points=2),
            "pending": gettext("另有 {points} 分待核验"),
        }


@require_safe
@never_cache
def offline_page(request: HttpRequest) -> HttpResponse:
    """What stands for every screen while there is no network; the worker puts the last seen balance into it."""
    answer = render(request, "pages/my/offline.html")
    mark_text_size(request=request, answer=answer)
    return answer


@require_safe
@cache_control(max_age=ICON_CACHE_S, public=True)
def icon(request: HttpRequest, side_px: int) -> HttpResponse:
    """The mark for a home screen."""
    return HttpResponse(_icon(side_px), content_type="image/png")


@lru_cache
def _icon(side_px: int) -> bytes:
    return app_icon(side_px=side_px)
