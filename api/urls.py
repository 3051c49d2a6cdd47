"""The addresses of the API, below /api/."""

from django.urls import path

from api.device.views import cards, claims, drop_offs, status

urlpatterns = [
    path("v1/device/drop-offs", drop_offs, name="device-drop-offs"),
    path("v1/device/status", status, name="device-status"),
    path("v1/device/claims", claims, name="device-claims"),
    path("v1/device/cards", cards, name="device-cards"),
]
