"""The public screens."""

import dataclasses

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pages.front_page import read_front_page
from pages.wording import WORDINGS


@require_safe
@never_cache
def front(request: HttpRequest) -> HttpResponse:
    """The front page, in Chinese or (`?lang=en`) in English."""
    wording = WORDINGS.get(request.GET.get("lang", ""), WORDINGS["zh"])
    page = read_front_page(wording=wording, now=timezone.now())
    plain = {each.name: getattr(page, each.name) for each in dataclasses.fields(page)}
    return render(request, "pages/front.html", {"words": wording.texts} | plain)


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Pages that name no icon, the back office's among them, are asked for this one."""
    return redirect(static("pages/favicon.svg"))
