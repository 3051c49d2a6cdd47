"""The service worker, served from /guide/ so that it may look after what lies below, with the list of what it keeps."""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pages.kept_files import files_version

ASSETS = (
    "pages/favicon.svg",
    "pages/tokens.css",
    "pages/site.css",
    "pages/forms.css",
    "pages/guide/forms.js",
    "pages/guide/guide.css",
    "pages/guide/guide.js",
    "pages/guide/list.js",
    "pages/guide/queue.js",
    "pages/guide/shrink.js",
    "pages/guide/store.js",
    "pages/icons/food.svg",
    "pages/icons/hazardous.svg",
    "pages/icons/recyclable.svg",
    "pages/icons/residual.svg",
)
# The pages that open without a network, and beside them the bags that were opened with one.
KEPT_PAGES = ("guide", "guide-spot-check", "guide-duty", "guide-problems", "guide-teaching")


@require_safe
@never_cache
def service_worker(request: HttpRequest) -> HttpResponse:
    """Nothing personal: the same for everybody."""
    context = {
        "version": files_version(names=ASSETS),
        "assets": json.dumps([static(name) for name in ASSETS]),
        "pages": json.dumps([reverse(name) for name in KEPT_PAGES]),
    }
    return render(request, "pages/guide/worker.js", context, content_type="text/javascript")
