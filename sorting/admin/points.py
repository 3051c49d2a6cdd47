"""Points in the back office, with the hours at which they are open."""

from django.contrib import admin

from people.back_office import KeptAdmin
from sorting.admin.open_windows import OpenWindowInline
from sorting.admin.special_days import SpecialDayInline
from sorting.models import CollectionPoint


@admin.register(CollectionPoint)
class CollectionPointAdmin(KeptAdmin):
    """投放点."""

    list_display = ("name", "community", "latitude", "longitude")
    list_filter = ("community",)
    search_fields = ("name",)
    list_select_related = ("community",)
    inlines = [OpenWindowInline, SpecialDayInline]
