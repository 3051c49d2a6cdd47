"""The plan's indicators in the back office, and what departments report, which is entered on the bureau's screens."""

from django.contrib import admin

from indicators.models import Department, Indicator, IndicatorMeasure, IndicatorValue
from people.back_office import ReadOnlyAdmin, ReadOnlyInline
from people.grants_admin import offer_scopes
from people.models import ScopeKind

offer_scopes(
    kind=ScopeKind.DEPARTMENT,
    choices=lambda: list(Department.objects.order_by("name").values_list("pk", "name")),
)


class IndicatorMeasureInline(ReadOnlyInline):
    """The measured quantities of an indicator."""

    model = IndicatorMeasure
    fields = readonly_fields = ("code", "name", "baseline_text", "target_text", "direction", "target", "unit")


@admin.register(Indicator)
class IndicatorAdmin(ReadOnlyAdmin):
    """指标: the plan's own, loaded by a migration."""

    list_display = ("number", "name", "section", "is_mandatory", "source")
    list_filter = ("section", "source", "is_mandatory")
    search_fields = ("name", "name_en")
    ordering = ("number",)
    inlines = [IndicatorMeasureInline]


@admin.register(IndicatorValue)
class IndicatorValueAdmin(ReadOnlyAdmin):
    """指标值: entered by departments and reviewed by somebody else, never here."""

    list_display = ("measure", "starts_on", "ends_on", "value", "value_text", "department", "recorded_at", "review")
    list_filter = ("department",)
    list_select_related = ("measure", "review")
    ordering = ("-ends_on", "-id")
