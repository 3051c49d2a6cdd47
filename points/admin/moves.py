"""Households that move, join another or split, in the back office: the form, and the list of what was done."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from households.models import ChangeKind, Community, Household, HouseholdChange, Member
from households.phones import normal_phone
from households.queries import household_of_any_code
from households.services import present_members
from households.services.moving import NotItsMember
from households.services.registering import Address, AddressIncomplete
from lib.errors import DomainError
from people import secrets
from people.back_office import ReadOnlyAdmin
from people.models import User
from points.models import PointMove
from points.services.moving import merge_with_points, move_with_points, split_with_points


class HouseholdUnknown(DomainError):
    """Nobody has that code."""

    code = "household_unknown"
    message = "没有这个户码的住户,请核对"


class ChangeForm(forms.Form):
    """Who, how, where to, why."""

    household_code = forms.CharField(label="户码", max_length=40)
    kind = forms.ChoiceField(label="变更", choices=ChangeKind.choices)
    into_code = forms.CharField(label="并入哪一户", max_length=40, required=False, help_text="只有并户填:那一户的户码")
    community = forms.ModelChoiceField(
        label="新地址:小区", queryset=Community.objects.order_by("name"), required=False, help_text="搬家和分户填"
    )
    building = forms.CharField(label="楼栋", max_length=40, required=False)
    unit = forms.CharField(label="单元", max_length=40, required=False)
    room = forms.CharField(label="房号", max_length=40, required=False)
    phones = forms.CharField(
        label="分出去的人", max_length=200, required=False, help_text="只有分户填:他们的手机号,用空格隔开"
    )
    points = forms.IntegerField(
        label="分出的积分", min_value=0, required=False, help_text="只有分户填;搬家和并户,可用积分全部转过去"
    )
    reason = forms.CharField(label="原因", max_length=200)


@admin.register(HouseholdChange)
class HouseholdChangeAdmin(ReadOnlyAdmin):
    """住户变更: newest first."""

    list_display = ("household", "kind", "successor", "reason", "decided_by", "at")
    fields = readonly_fields = list_display
    list_filter = ("kind",)
    search_fields = ("=household__code", "=successor__code")
    list_select_related = ("household", "successor", "decided_by")
    ordering = ("-pk",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever may change households."""
        return request.user.has_perm("households.add_householdchange")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Record a change; the points go along."""
        if not self.has_add_permission(request) or not isinstance(request.user, User):
            raise PermissionDenied
        form = ChangeForm(request.POST or None)
        problem = ""
        if request.method == "POST" and form.is_valid():
            try:
                change = _change(said=form.cleaned_data, by=request.user)
            except DomainError as error:
                problem = error.text
            else:
                self.message_user(request, f"已办好,现在的户码是 {change.successor.code}", messages.SUCCESS)
                return redirect("admin:households_householdchange_changelist")
        context = self.admin_site.each_context(request) | {"title": "办理住户变更", "form": form, "problem": problem}
        return render(request, "admin/households/householdchange/change.html", context)


@admin.register(PointMove)
class PointMoveAdmin(ReadOnlyAdmin):
    """积分转户."""

    list_display = ("household", "successor", "points", "awarded_in", "moved_at")
    fields = readonly_fields = list_display
    search_fields = ("=household__code", "=successor__code")
    list_select_related = ("household", "successor")
    ordering = ("-pk",)


def _change(*, said: dict[str, Any], by: User) -> HouseholdChange:
    household, reason, now = _household(code=said["household_code"]), said["reason"], timezone.now()
    if said["kind"] == ChangeKind.MERGED:
        into = _household(code=said["into_code"])
        return merge_with_points(household=household, into=into, by=by, reason=reason, now=now)
    if said["community"] is None:
        raise AddressIncomplete
    to = Address(community=said["community"], building=said["building"], unit=said["unit"], room=said["room"])
    if said["kind"] == ChangeKind.MOVED:
        return move_with_points(household=household, to=to, by=by, reason=reason, now=now)
    members = _members(household=household, phones=said["phones"])
    return split_with_points(
        household=household, to=to, members=members, points=said["points"] or 0, by=by, reason=reason, now=now
    )


def _household(*, code: str) -> Household:
    household = household_of_any_code(text=code)
    if household is None:
        raise HouseholdUnknown
    return household


def _members(*, household: Household, phones: str) -> list[Member]:
    """The household's people with these numbers.

    :raises NotItsMember: a number is nobody's of them.
    """
    by_lookup = {member.phone_lookup: member for member in present_members(household=household) if member.phone_lookup}
    found = []
    for text in phones.split():
        normal = normal_phone(text=text)
        member = by_lookup.get(secrets.lookup_digest(text=normal)) if normal else None
        if member is None:
            raise NotItsMember
        found.append(member)
    return found
