"""The addresses of the bureau's screens, below /bureau/."""

from django.urls import URLPattern, URLResolver, path

from pages.bureau.overview import overview

urlpatterns: list[URLPattern | URLResolver] = [
    path("", overview, name="bureau"),
]
