"""The public screens."""

import dataclasses

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import get_language, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pages.front_page import read_front_page
from pages.wording import WORDINGS

LANGUAGES = {"zh": "zh-hans", "en": "en"}  # as an address may say it


@require_safe
@never_cache
def front(request: HttpRequest) -> HttpResponse:
    """The front page, in the language of the switch; an address with `?lang=en` or `?lang=zh` says its own."""
    asked = LANGUAGES.get(request.GET.get("lang", ""), get_language() or settings.LANGUAGE_CODE)
    wording = WORDINGS[asked]
    page = read_front_page(wording=wording, now=timezone.now())
    plain = {each.name: getattr(page, each.name) for each in dataclasses.fields(page)}
    with override(asked):
        answer = render(request, "pages/front.html", {"words": wording.texts} | plain)
    answer["Content-Language"] = asked
    return answer


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Pages that name no icon, the back office's among them, are asked for this one."""
    return redirect(static("pages/favicon.svg"))
