"""Flags in the back office: to be read. They are judged on the bureau's screens, where a household stays masked."""

from django.contrib import admin

from people.back_office import ReadOnlyAdmin
from points.models import Flag, FlagLook


@admin.register(Flag)
class FlagAdmin(ReadOnlyAdmin):
    """可疑线索: what, where, when, and what became of it; whose it is stays with the household."""

    list_display = ("kind", "community", "occasion", "state", "opened_at", "decided_by", "decided_at")
    fields = readonly_fields = (*list_display, "decision_reason", "correction", "last_seen_at")
    list_filter = ("state", "kind")
    list_select_related = ("community", "decided_by")
    ordering = ("-opened_at", "-pk")


@admin.register(FlagLook)
class FlagLookAdmin(ReadOnlyAdmin):
    """线索检查: whether the night's search ran, and what it opened."""

    list_display = ("night_on", "started_at", "finished_at", "day_count", "counts", "cut_off")
    fields = readonly_fields = list_display
    ordering = ("-night_on",)
