"""What bins sent, in the back office: arrived rows are never changed."""

from django.contrib import admin

from people.back_office import ReadOnlyAdmin
from sorting.admin.replays import ReplayScreens
from sorting.models import DropOff, DropOffBatch, RefusedEvent, SetAside


@admin.register(DropOffBatch)
class DropOffBatchAdmin(ReadOnlyAdmin):
    """投放批次."""

    list_display = ("id", "kind", "door", "bin", "community", "received_at", "event_count", "tallied_at")
    list_filter = ("kind", "door", ("tallied_at", admin.EmptyFieldListFilter))
    list_select_related = ("bin", "community")
    ordering = ("-id",)


@admin.register(DropOff)
class DropOffAdmin(ReadOnlyAdmin):
    """投放记录: what and where; whose it is stays with the household, which opens with a reason."""

    list_display = ("event_id", "bin", "category", "weight_g", "occurred_at", "is_in_window")
    fields = readonly_fields = (
        "event_id",
        "bin",
        "community",
        "batch",
        "method",
        "category",
        "sub_class",
        "weight_g",
        "occurred_at",
        "occurred_on",
        "fill_rate",
        "is_in_window",
        "is_category_served",
    )
    list_filter = ("category",)
    search_fields = ("=event_id",)
    list_select_related = ("bin",)
    ordering = ("-id",)


@admin.register(RefusedEvent)
class RefusedEventAdmin(ReplayScreens, ReadOnlyAdmin):
    """拒收事件; the payload holds the card that was read, so it is not shown."""

    list_display = ("last_received_at", "fate", "message", "bin_code", "event_id_start", "repeat_count")
    fields = readonly_fields = (
        *("last_received_at", "first_received_at", "fate", "code", "message"),
        *("bin_code", "boot_id", "event_id", "door", "repeat_count"),
        *("replayed_at", "replay_shift_s", "replay_reason", "replayed_by"),
    )
    list_filter = ("fate", "code")
    search_fields = ("=bin_code", "=event_id")
    ordering = ("-last_received_at",)

    @admin.display(description="事件号")
    def event_id_start(self, event: RefusedEvent) -> str:
        """The beginning of a long one."""
        return event.event_id_start


@admin.register(SetAside)
class SetAsideAdmin(ReadOnlyAdmin):
    """搁置记录: what `retry_faults` would try again."""

    list_display = ("drop_off_number", "error", "set_aside_at")
    fields = readonly_fields = list_display
    ordering = ("-set_aside_at",)

    @admin.display(description="投放记录编号", ordering="pk")
    def drop_off_number(self, row: SetAside) -> int:
        """The drop-off's key, which verify_ledger and the logs name too."""
        return int(row.pk)
