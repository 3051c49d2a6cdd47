"""What guides said, in the back office."""

from django.contrib import admin

from people.back_office import ReadOnlyAdmin
from sorting.models import SpotCheck, Verification


@admin.register(Verification)
class VerificationAdmin(ReadOnlyAdmin):
    """核验."""

    list_display = ("verified_at", "guide", "verdict", "source", "in_force_at")
    fields = readonly_fields = (*list_display, "actual_category", "point", "rule", "note")
    list_filter = ("verdict", "source")
    list_select_related = ("guide",)
    ordering = ("-id",)


@admin.register(SpotCheck)
class SpotCheckAdmin(ReadOnlyAdmin):
    """抽查."""

    list_display = ("checked_at", "point", "guide", "looked_at_count", "wrong_count", "category", "purity_rate")
    list_select_related = ("point", "guide")
    ordering = ("-id",)
