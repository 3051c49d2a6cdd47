"""Which guide looks after what, who is to be where, who was, and what they found."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from guides.models import GuideAssignment, Problem, RosterSlot, Shift
from people.back_office import KeptAdmin, ReadOnlyAdmin


@admin.register(GuideAssignment)
class GuideAssignmentAdmin(KeptAdmin):
    """督导员分配. A substitute's day in a community is given by the roster."""

    list_display = ("guide", "community", "starts_on", "ends_on", "is_stand_in")
    list_filter = ("community",)
    list_select_related = ("guide", "community")
    autocomplete_fields = ("community",)
    ordering = ("-starts_on", "pk")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Not of a substitute's day: the roster gives and takes it."""
        is_stand_in = isinstance(obj, GuideAssignment) and obj.is_stand_in
        return super().has_change_permission(request, obj) and not is_stand_in


@admin.register(RosterSlot)
class RosterSlotAdmin(ReadOnlyAdmin):
    """排班: planned and changed on the bureau's screen only, which keeps the substitutes' days right."""

    list_display = ("on_date", "starts_at", "ends_at", "point", "guide", "stands_in_for", "planned_by")
    fields = readonly_fields = list_display
    list_filter = ("on_date", "guide")
    list_select_related = ("guide", "point", "stands_in_for", "planned_by")
    date_hierarchy = "on_date"
    ordering = ("-on_date", "starts_at", "pk")


@admin.register(Shift)
class ShiftAdmin(ReadOnlyAdmin):
    """值班."""

    list_display = ("started_at", "ended_at", "is_left_open", "guide", "point")
    fields = readonly_fields = (*list_display, "latitude", "longitude")
    list_filter = ("guide",)
    list_select_related = ("guide", "point")
    ordering = ("-started_at", "pk")


@admin.register(Problem)
class ProblemAdmin(ReadOnlyAdmin):
    """问题."""

    list_display = ("found_at", "kind", "point", "due_at", "rectified_at")
    fields = readonly_fields = (*list_display, "bin", "note", "finder", "rectified_by", "rectified_note")
    list_filter = ("kind",)
    list_select_related = ("point",)
    ordering = ("-found_at", "pk")
