"""Which guide looks after what, who is to be where, who was, and what they found."""

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from guides.models import GuideAssignment, Problem, RosterSlot, Shift
from guides.services.rosters import copy_to_next_week
from people.back_office import KeptAdmin, ReadOnlyAdmin
from people.models import User


@admin.register(GuideAssignment)
class GuideAssignmentAdmin(KeptAdmin):
    """督导员分配: also of a substitute, for a day or more."""

    list_display = ("guide", "community", "starts_on", "ends_on", "is_stand_in")
    list_filter = ("community",)
    list_select_related = ("guide", "community")
    autocomplete_fields = ("community",)
    ordering = ("-starts_on", "pk")


@admin.register(RosterSlot)
class RosterSlotAdmin(KeptAdmin):
    """排班, as the bureau's screen plans it (pages/bureau/roster.py). A slot that falls through is deleted."""

    list_display = ("on_date", "starts_at", "ends_at", "point", "guide", "stands_in_for", "planned_by")
    readonly_fields = ("stands_in_for", "planned_by")
    list_filter = ("on_date", "guide")
    list_select_related = ("guide", "point", "stands_in_for", "planned_by")
    date_hierarchy = "on_date"
    ordering = ("-on_date", "starts_at", "pk")
    actions = ("copy_week",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing points to a slot."""
        return bool(request.user.has_perm("guides.delete_rosterslot"))

    @admin.action(description="复制到下一周")
    def copy_week(self, request: HttpRequest, queryset: QuerySet[RosterSlot]) -> None:
        """The chosen slots on the same days of the week after."""
        assert isinstance(request.user, User)
        count = copy_to_next_week(slots=queryset, officer=request.user, now=timezone.now())
        self.message_user(request, f"新排了 {count} 班")


@admin.register(Shift)
class ShiftAdmin(ReadOnlyAdmin):
    """值班."""

    list_display = ("started_at", "ended_at", "guide", "point")
    fields = readonly_fields = (*list_display, "latitude", "longitude")
    list_filter = ("guide",)
    list_select_related = ("guide", "point")
    ordering = ("-started_at", "pk")


@admin.register(Problem)
class ProblemAdmin(ReadOnlyAdmin):
    """问题."""

    list_display = ("found_at", "kind", "point", "due_at", "rectified_at")
    fields = readonly_fields = (*list_display, "bin", "note", "found_by", "rectified_by", "rectified_note")
    list_filter = ("kind",)
    list_select_related = ("point",)
    ordering = ("-found_at", "pk")
