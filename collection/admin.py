"""Loads in the back office: weighed once, never changed."""

from django.contrib import admin

from collection.models import Load, Weighing
from people.back_office import ReadOnlyAdmin


@admin.register(Load)
class LoadAdmin(ReadOnlyAdmin):
    """清运单."""

    list_display = ("load_id", "collected_on", "community", "category", "weight_g", "destination")
    list_filter = ("category", "destination")
    search_fields = ("load_id",)
    list_select_related = ("community",)
    ordering = ("-collected_on", "-id")


@admin.register(Weighing)
class WeighingAdmin(ReadOnlyAdmin):
    """磅单: entered and corrected on the bureau's screens."""

    list_display = ("number", "revision", "collected_on", "category", "gross_g", "tare_g", "is_void", "reason")
    list_filter = ("category", "is_void")
    search_fields = ("number",)
    ordering = ("-recorded_at", "-id")
