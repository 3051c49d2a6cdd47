"""Bins in the back office; a key is shown once, when it is made."""

from django.contrib import admin

from people.back_office import KeptAdmin
from sorting.admin.bin_keys import BinKeyScreens
from sorting.models import SmartBin


@admin.register(SmartBin)
class SmartBinAdmin(BinKeyScreens, KeptAdmin):
    """智能桶."""

    list_display = ("code", "point", "categories", "registered_at", "revoked_at")
    search_fields = ("code",)
    list_select_related = ("point",)
    # To take it away here would bring a stolen bin's old keys back: 停用 and 重新启用 end them.
    readonly_fields = ("revoked_at",)
