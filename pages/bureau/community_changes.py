"""小区变更: what is declared of a community from a day on, by whom and why; the days before keep what held."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from households.community_changes import FROM_THE_BEGINNING, Declared, changes_of
from households.models import Community, CommunityChange
from households.reach import communities_in_reach
from households.services.community_changes import COUNT_MAX, REASON_LENGTH_MAX, change_community
from lib.errors import DomainError
from pages.access import for_roles
from pages.bureau.loads.forms import DayInput
from pages.bureau.shell import render_bureau
from pages.reading_out import NO_DATA
from people.models import Role, User
from people.standing import Standing

FIELD_OF_CODE = {"change_incomplete": "reason", "change_day_wrong": "valid_from"}


class ChangeForm(forms.Form):
    """All that is declared, filled in with what holds today."""

    valid_from = forms.DateField(label="从哪天起", widget=DayInput())
    household_count = forms.IntegerField(label="户数(不知道就空着)", min_value=0, max_value=COUNT_MAX, required=False)
    resident_count = forms.IntegerField(label="人口(不知道就空着)", min_value=0, max_value=COUNT_MAX, required=False)
    is_urban_core = forms.BooleanField(label="中心城区", required=False)
    is_pilot = forms.BooleanField(label="试点", required=False)
    reason = forms.CharField(label="依据", max_length=REASON_LENGTH_MAX)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.OFFICER)
def community_changes(request: HttpRequest, standing: Standing, community_id: int) -> HttpResponse:
    """Every change of one community within reach; POST records another."""
    community = get_object_or_404(communities_in_reach(standing=standing, role=Role.OFFICER), pk=community_id)
    if request.method == "POST" and isinstance(request.user, User):
        form = ChangeForm(request.POST)
        if _recorded(form=form, community=community, officer=request.user):
            messages.success(request, "已登记。生效日期以后的指标按新的算;已发布的月份不变,重述里看得到差别。")
            return redirect("bureau-community-changes", community_id)
    else:
        names = ("household_count", "resident_count", "is_urban_core", "is_pilot")
        form = ChangeForm(initial={name: getattr(community, name) for name in names})
    context = {
        "heading": f"{community.name} 变更",
        "community_id": community_id,
        "form": form,
        "changes": [_row(change) for change in changes_of(community=community)],
        "today": _cells(community),
    }
    return render_bureau(
        request,
        "pages/bureau/community_changes.html",
        context,
        current="bureau",
        status=422 if form.errors else 200,
    )


def _recorded(*, form: ChangeForm, community: Community, officer: User) -> bool:
    if not form.is_valid():
        return False
    said: dict[str, Any] = form.cleaned_data
    valid_from: dt.date = said["valid_from"]
    declared = Declared(
        is_urban_core=said["is_urban_core"],
        is_pilot=said["is_pilot"],
        household_count=said["household_count"],
        resident_count=said["resident_count"],
    )
    try:
        change_community(
            community_id=community.pk,
            declared=declared,
            valid_from=valid_from,
            reason=said["reason"],
            officer=officer,
            now=timezone.now(),
        )
    except DomainError as refused:
        form.add_error(FIELD_OF_CODE.get(refused.code), refused.text)
        return False
    return True


def _row(change: CommunityChange) -> dict[str, object]:
    by = change.recorded_by
    return {
        "valid_from": "最初" if change.valid_from == FROM_THE_BEGINNING else f"{change.valid_from}",
        "cells": _cells(change),
        "reason": change.reason,
        "by": by.display_name or by.get_username(),
        "at": change.recorded_at,
    }


def _cells(row: Community | CommunityChange) -> tuple[str, str, str, str]:
    return (
        NO_DATA if row.household_count is None else f"{row.household_count:,}",
        NO_DATA if row.resident_count is None else f"{row.resident_count:,}",
        "是" if row.is_urban_core else "否",
        "是" if row.is_pilot else "否",
    )
