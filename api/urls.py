"""The addresses of the API, below /api/."""

from django.urls import path

from api.device.views import drop_offs

urlpatterns = [
    path("v1/device/drop-offs", drop_offs, name="device-drop-offs"),
]
