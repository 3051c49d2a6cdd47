"""The URL configuration with two routes that the access matrix has no row for."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from config.urls import urlpatterns as ours


@never_cache
@require_http_methods(["GET", "POST"])
def stray(request: HttpRequest, household_id: int) -> HttpResponse:
    """Anybody's household for anybody."""
    return HttpResponse(f"{household_id}")


def undecorated(request: HttpRequest) -> HttpResponse:
    """Whatever is asked."""
    return HttpResponse()


urlpatterns = [*ours, path("stray/<int:household_id>", stray, name="stray"), path("stray/undecorated", undecorated)]
