"""The addresses of the API, below /api/."""

from django.urls import URLPattern, URLResolver, include, path, re_path, register_converter
from django.views.decorators.csrf import csrf_exempt

from api.device.views import cards, claims, drop_offs, photos, status
from api.handlers import no_such_address
from api.numbers import NumberConverter
from api.schema import schema, swagger

register_converter(NumberConverter, "number")

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/schema", schema, name="api-schema"),
    path("v1/docs", swagger, name="api-docs"),
    path("v1/auth/", include("api.account.urls")),
    path("v1/resident/", include("api.resident.urls")),
    path("v1/guide/", include("api.guide.urls")),
    path("v1/shop/", include("api.counter.urls")),
    path("v1/bureau/", include("api.bureau.urls")),
    path("v1/device/drop-offs", drop_offs, name="device-drop-offs"),
    path("v1/device/status", status, name="device-status"),
    path("v1/device/photos", photos, name="device-photos"),
    path("v1/device/claims", claims, name="device-claims"),
    path("v1/device/cards", cards, name="device-cards"),
    # The last of all.
    re_path("", csrf_exempt(no_such_address), name="api-nothing"),
]
