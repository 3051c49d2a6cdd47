"""Every address of the platform."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from pages import views as pages
from pages.monitoring import views as monitoring

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.front, name="front"),
    path("", include("pages.urls")),
    path("favicon.ico", pages.favicon),
    path("admin/", admin.site.urls),
    path("api/", include("api.urls")),
    path("healthz", monitoring.healthz),
    path("readyz", monitoring.readyz),
    path("metrics", monitoring.metrics),
]
