"""The addresses of our own screens below /admin/; the back office's sign-in stands before each."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path

from pages.back_office.imports import confirm_import, refused_file, show_import, start_import

urlpatterns: list[URLPattern | URLResolver] = [
    path("imports/", admin.site.admin_view(start_import), name="back-office-imports"),
    path("imports/<int:upload_id>/", admin.site.admin_view(show_import), name="back-office-import"),
    path("imports/<int:upload_id>/load", admin.site.admin_view(confirm_import), name="back-office-import-load"),
    path("imports/<int:upload_id>/refused.csv", admin.site.admin_view(refused_file), name="back-office-refused"),
]
