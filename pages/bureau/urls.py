"""The addresses of the bureau's screens, below /bureau/."""

from django.urls import URLPattern, URLResolver, path

from pages.bureau.overview import live, overview
from pages.bureau.photos import photo, photos
from pages.bureau.registers import register, registers

urlpatterns: list[URLPattern | URLResolver] = [
    path("", overview, name="bureau"),
    path("live", live, name="bureau-live"),
    path("photos", photos, name="bureau-photos"),
    path("photos/<int:photo_id>", photo, name="bureau-photo"),
    path("registers", registers, name="bureau-registers"),
    path("registers/<int:community_id>.<str:file_format>", register, name="bureau-register"),
]
