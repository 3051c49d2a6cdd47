"""Redemptions in the back office: what, when, where, by whom; whose they are stays with the household."""

from django.contrib import admin

from people.back_office import ReadOnlyAdmin, ReadOnlyInline
from points.models import Redemption, RedemptionEvent


class RedemptionEventInline(ReadOnlyInline):
    """What became of it."""

    model = RedemptionEvent
    fields = readonly_fields = ("at", "status", "by", "shop", "community")
    ordering = ("pk",)


@admin.register(Redemption)
class RedemptionAdmin(ReadOnlyAdmin):
    """兑换单."""

    list_display = ("id", "reward", "quantity", "points", "proof", "status", "reserved_at", "expires_at", "shop")
    fields = readonly_fields = (*list_display, "closed_at")
    list_filter = ("status", "proof", "shop")
    search_fields = ("=code",)
    list_select_related = ("reward", "shop")
    inlines = [RedemptionEventInline]
    ordering = ("-id",)
