"""Every address of the platform."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from pages import views as pages
from pages.monitoring import views as monitoring

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.front, name="front"),
    path("", include("pages.urls")),
    path("favicon.ico", pages.favicon),
    path("admin/", include("pages.back_office.urls")),  # before Django's own, which take any address
    path("admin/", admin.site.urls),
    path("api/", include("api.urls")),
    path("healthz", monitoring.healthz),
    path("readyz", monitoring.readyz),
    path("metrics", monitoring.metrics),
]

handler400 = "api.handlers.bad_request"
handler403 = "api.handlers.permission_denied"
handler404 = "api.handlers.page_not_found"
handler500 = "api.handlers.server_error"
