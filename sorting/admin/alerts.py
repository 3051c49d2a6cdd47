"""Alerts in the back office: what is wrong with which bin, and who has seen it."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from people.back_office import ReadOnlyAdmin
from people.models import User
from sorting.models import Alert
from sorting.services.alerts import acknowledge_alert


class AlertStateFilter(admin.SimpleListFilter):
    """Open, open and seen by nobody, or closed."""

    title = "状态"
    parameter_name = "state"
    _CONDITIONS = {
        "open": Q(closed_at__isnull=True),
        "unseen": Q(closed_at__isnull=True, acknowledged_at__isnull=True),
        "closed": Q(closed_at__isnull=False),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What can be chosen."""
        return [("open", "未结束"), ("unseen", "未结束且未确认"), ("closed", "已结束")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        """The alerts of the chosen state; all where none is chosen."""
        return queryset.filter(self._CONDITIONS.get(self.value() or "", Q()))


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """告警: opened and closed by `watch_bins`; an officer only says that they have seen it."""

    list_display = (
        *("bin", "place", "kind", "detail", "opened_at"),
        *("last_seen_at", "closed_at", "acknowledged_at", "acknowledged_by"),
    )
    fields = readonly_fields = ("bin", "place", "kind", "subject", *list_display[3:])
    list_filter = (AlertStateFilter, "kind", "bin__point__community")
    search_fields = ("=bin__code",)
    list_select_related = ("bin__point__community", "acknowledged_by")
    ordering = (F("closed_at").desc(nulls_first=True), "-opened_at")
    actions = ("acknowledge",)

    @admin.display(description="小区 / 投放点")
    def place(self, alert: Alert) -> str:
        """Where somebody has to go."""
        return f"{alert.bin.point.community.name} / {alert.bin.point.name}"

    def has_acknowledge_permission(self, request: HttpRequest) -> bool:
        """Whoever may change alerts, though nobody changes one by hand."""
        return isinstance(request.user, User) and request.user.has_perm("sorting.change_alert")

    @admin.action(description="确认", permissions=["acknowledge"])
    def acknowledge(self, request: HttpRequest, chosen: QuerySet[Alert]) -> None:
        """Put the officer on record for the chosen alerts that nobody had acknowledged."""
        if not isinstance(request.user, User):
            return
        now = timezone.now()
        alerts = list(chosen)
        count = sum(acknowledge_alert(alert=alert, officer=request.user, now=now) for alert in alerts)
        seen_before = f",{len(alerts) - count} 条此前已有人确认" if count < len(alerts) else ""
        self.message_user(request, f"已确认 {count} 条告警{seen_before}", messages.SUCCESS)
