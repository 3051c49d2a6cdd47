"""People in the back office: who may do what, and who opened what."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group

from people.back_office import PlainInline, ReadOnlyAdmin
from people.models import AccessLog, RoleGrant, User

admin.site.site_header = "分分 · 管理后台"
admin.site.site_title = "分分"
admin.site.index_title = "管理"
admin.site.unregister(Group)  # roles come from RoleGrant


class RoleGrantInline(PlainInline):
    """The roles of one user."""

    model = RoleGrant


@admin.register(User)
class FenfenUserAdmin(UserAdmin):  # type: ignore[type-arg]  # takes none at run time
    """Users with their display name and roles."""

    list_display = ("username", "display_name", "is_active", "is_staff", "last_login")
    search_fields = ("username", "display_name")
    list_filter = ("is_active", "is_staff")
    filter_horizontal = ()
    inlines = [RoleGrantInline]
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("姓名", {"fields": ("display_name",)}),
        ("登录", {"fields": ("is_active", "is_staff", "is_superuser", "last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")


@admin.register(AccessLog)
class AccessLogAdmin(ReadOnlyAdmin):
    """Who opened whose record, and why."""

    list_display = ("at", "user", "subject_kind", "subject_id", "reason")
    list_filter = ("subject_kind",)
    search_fields = ("user__username", "reason")
    list_select_related = ("user",)
