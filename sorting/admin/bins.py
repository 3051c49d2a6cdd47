"""Bins in the back office: how each is doing; a key is shown once, when it is made."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from people.back_office import KeptAdmin, ReadOnlyAdmin
from sorting.admin.bin_keys import BinKeyScreens
from sorting.alert_rules import is_online
from sorting.categories import WasteCategory
from sorting.models import Alert, BinStatus, SmartBin
from sorting.queries.bin_health import last_heard_at, with_last_batch
from sorting.queries.fill_forecasts import read_fill_forecasts


@admin.register(SmartBin)
class SmartBinAdmin(BinKeyScreens, KeptAdmin):
    """智能桶."""

    list_display = (
        *("code", "point", "categories", "online", "heard_at", "firmware"),
        *("clock_skew", "open_alert_count", "revoked_at"),
    )
    search_fields = ("code",)
    list_select_related = ("point", "status")
    # To take it away here would bring a stolen bin's old keys back: 停用 and 重新启用 end them.
    readonly_fields = ("revoked_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The bins with what the list shows of them: its queries are as many for one bin as for all."""
        open_alerts = Alert.objects.filter(bin=OuterRef("pk"), closed_at__isnull=True).order_by()
        counted = open_alerts.values("bin").annotate(count=Count("pk")).values("count")
        bins: QuerySet[Any] = with_last_batch(bins=super().get_queryset(request))
        with_count: QuerySet[Any] = bins.annotate(open_alert_count=Coalesce(Subquery(counted), 0))
        return with_count

    @admin.display(description="在线", boolean=True)
    def online(self, smart_bin: Any) -> bool:
        """Whether it was heard of late."""
        return is_online(last_heard_at=self.heard_at(smart_bin), now=timezone.now())

    @admin.display(description="最近联系")
    def heard_at(self, smart_bin: Any) -> dt.datetime | None:
        """When a heartbeat or a batch last came."""
        status = _status(smart_bin=smart_bin)
        return last_heard_at(heartbeat_at=status.received_at if status else None, batch_at=smart_bin.last_batch_at)

    @admin.display(description="固件")
    def firmware(self, smart_bin: Any) -> str | None:
        """What its last heartbeat named."""
        status = _status(smart_bin=smart_bin)
        return (status and status.firmware) or None

    @admin.display(description="时钟偏差(秒)")
    def clock_skew(self, smart_bin: Any) -> str | None:
        """The bin's clock minus ours: positive where it runs ahead."""
        status = _status(smart_bin=smart_bin)
        return f"{status.clock_skew_s:+.0f}" if status else None

    @admin.display(description="未结束告警", ordering="open_alert_count")
    def open_alert_count(self, smart_bin: Any) -> int:
        """How many alerts of it are open."""
        return int(smart_bin.open_alert_count)


@admin.register(BinStatus)
class BinStatusAdmin(ReadOnlyAdmin):
    """桶状态: what each bin last said of itself."""

    list_display = ("bin", "received_at", "clock_skew_s", "firmware", "battery_rate", "temperature_c", "is_lid_open")
    readonly_fields = ("full_at",)
    search_fields = ("=bin__code",)
    list_select_related = ("bin",)
    ordering = ("bin__code",)

    @admin.display(description="预计装满")
    def full_at(self, status: BinStatus) -> str:
        """When each container is full if it goes on as now; a dash where the readings do not bear out a forecast."""
        forecasts = read_fill_forecasts(smart_bin=status.bin, now=timezone.now())
        return ";".join(
            f"{WasteCategory(category).label} {timezone.localtime(at):%m-%d %H:%M}"
            if at
            else f"{WasteCategory(category).label} —"
            for category, at in forecasts.items()
        )


def _status(*, smart_bin: SmartBin) -> BinStatus | None:
    """Its last heartbeat; None for a bin that never sent one."""
    return getattr(smart_bin, "status", None)
