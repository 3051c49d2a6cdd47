"""How long problems and alerts may last, and what their deadlines did."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from guides.models import GuideTask, SupervisionStep, TimeAllowed
from people.back_office import KeptAdmin, ReadOnlyAdmin
from people.models import User


@admin.register(TimeAllowed)
class TimeAllowedAdmin(KeptAdmin):
    """办理时限: set anew to change it; what began before keeps the time it was given."""

    list_display = ("subject", "kind", "due_h", "remind_h", "street_h", "district_h", "set_by", "set_at")
    list_filter = ("subject",)
    list_select_related = ("set_by",)
    ordering = ("subject", "kind", "-set_at")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: a change is a row of its own."""
        return False

    def save_model(self, request: HttpRequest, obj: TimeAllowed, form: Any, change: bool) -> None:
        """Say who set it, and when."""
        assert isinstance(request.user, User)  # the back office lets nobody else in
        obj.set_by, obj.set_at = request.user, timezone.now()
        super().save_model(request, obj, form, change)


@admin.register(SupervisionStep)
class SupervisionStepAdmin(ReadOnlyAdmin):
    """督办."""

    list_display = ("at", "subject", "subject_id", "step", "told_count")
    fields = readonly_fields = list_display
    list_filter = ("subject", "step")
    date_hierarchy = "at"
    ordering = ("-at", "pk")


@admin.register(GuideTask)
class GuideTaskAdmin(ReadOnlyAdmin):
    """任务."""

    list_display = ("given_at", "guide", "point", "text", "due_at", "done_at")
    fields = readonly_fields = (*list_display, "problem", "alert", "given_by", "done_note")
    list_filter = ("guide",)
    list_select_related = ("guide", "point")
    ordering = ("-given_at", "pk")
