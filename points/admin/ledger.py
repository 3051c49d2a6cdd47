"""The ledger and the programme in the back office: to be read. A mistake is corrected by another transfer."""

from django.contrib import admin

from people.back_office import ReadOnlyAdmin, ReadOnlyInline
from points.models import PointRule, Programme, TallyRun, Transfer


class PointRuleInline(ReadOnlyInline):
    """积分规则 of a programme: a past day is never re-rated, so rules are not edited here."""

    model = PointRule


@admin.register(Programme)
class ProgrammeAdmin(ReadOnlyAdmin):
    """积分方案."""

    list_display = ("name", "community", "holds_from", "verdict_bonus_points", "misplaced_penalty_points")
    list_select_related = ("community",)
    inlines = [PointRuleInline]


@admin.register(TallyRun)
class TallyRunAdmin(ReadOnlyAdmin):
    """结算批次."""

    list_display = ("number", "kind", "posted_at", "transfer_count", "digest_hex")
    fields = readonly_fields = list_display
    list_filter = ("kind",)
    ordering = ("-number",)

    @admin.display(description="摘要")
    def digest_hex(self, run: TallyRun) -> str:
        """The seal, as far as one compares it by eye."""
        return bytes(run.digest).hex()[:16]


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin):
    """积分划转: amounts and reasons; whose they are stays with the household."""

    list_display = ("id", "reason", "points", "run", "reference")
    fields = readonly_fields = list_display
    list_filter = ("reason",)
    search_fields = ("=reference",)
    list_select_related = ("run",)
    ordering = ("-id",)
