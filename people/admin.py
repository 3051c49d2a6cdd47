"""People in the back office: who may do what, and who opened what."""

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from lib.errors import DomainError
from people.back_office import ReadOnlyAdmin
from people.grants_admin import RoleGrantInline
from people.models import AccessLog, StaffNotice, User
from people.services.second_factor import reset_factor
from people.told_changes import TellsChanges

admin.site.site_header = "分分 · 管理后台"
admin.site.site_title = "分分"
admin.site.index_title = "管理"
admin.site.unregister(Group)  # roles come from RoleGrant


@admin.register(User)
class FenfenUserAdmin(TellsChanges, UserAdmin):  # type: ignore[type-arg]  # takes none at run time
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
    actions = ["reset_second_factor"]

    @admin.action(description="重设第二步验证(换了手机的人)", permissions=["change"])
    def reset_second_factor(self, request: HttpRequest, users: QuerySet[User]) -> None:
        """Let the chosen people set up another at their next sign-in."""
        assert isinstance(request.user, User)
        for user in users.order_by("pk"):
            try:
                was_there = reset_factor(user=user, by=request.user, now=timezone.now())
            except DomainError as error:
                self.message_user(request, f"{user.username}:{error.text}", messages.WARNING)
                continue
            self.log_change(request, user, "重设第二步验证")
            words = "已重设,下次登录时重新设置" if was_there else "本来就没有设置"
            self.message_user(request, f"{user.username}:{words}", messages.SUCCESS)


@admin.register(AccessLog)
class AccessLogAdmin(ReadOnlyAdmin):
    """Who opened whose record, and why."""

    list_display = ("at", "user", "subject_kind", "subject_id", "reason")
    list_filter = ("subject_kind",)
    search_fields = ("user__username", "reason")
    list_select_related = ("user",)


@admin.register(StaffNotice)
class StaffNoticeAdmin(ReadOnlyAdmin):
    """Who was told what, and whether they saw it."""

    list_display = ("at", "user", "kind", "text", "read_at")
    fields = readonly_fields = (*list_display, "subject_id", "reference")
    list_filter = ("kind",)
    list_select_related = ("user",)
    date_hierarchy = "at"
    ordering = ("-at", "pk")
