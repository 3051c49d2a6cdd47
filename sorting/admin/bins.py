"""Points and their bins in the back office; keys are never shown."""

from django.contrib import admin

from people.back_office import KeptAdmin, PlainInline
from sorting.models import CollectionPoint, OpenWindow, SmartBin


class OpenWindowInline(PlainInline):
    """投放时段 of a point."""

    model = OpenWindow


@admin.register(CollectionPoint)
class CollectionPointAdmin(KeptAdmin):
    """投放点."""

    list_display = ("name", "community", "latitude", "longitude")
    list_filter = ("community",)
    search_fields = ("name",)
    list_select_related = ("community",)
    inlines = [OpenWindowInline]


@admin.register(SmartBin)
class SmartBinAdmin(KeptAdmin):
    """智能桶; its key is made by `bin_key` and shown once."""

    list_display = ("code", "point", "categories", "registered_at", "revoked_at")
    search_fields = ("code",)
    list_select_related = ("point",)
