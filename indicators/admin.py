"""The plan's indicators in the back office; values that departments report can be added, not deleted."""

from django.contrib import admin

from indicators.models import Indicator, IndicatorMeasure, IndicatorValue
from people.back_office import KeptAdmin, ReadOnlyAdmin, ReadOnlyInline


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
class IndicatorValueAdmin(KeptAdmin):
    """指标值."""

    list_display = ("measure", "starts_on", "ends_on", "value", "value_text", "department", "recorded_at")
    list_filter = ("department",)
    list_select_related = ("measure",)
    ordering = ("-ends_on", "-id")
