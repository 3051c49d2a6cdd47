"""Corrections in the back office: one officer proposes, another approves or refuses."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from households.queries import household_of_any_code
from lib.errors import DomainError
from people.back_office import ReadOnlyAdmin
from people.models import User
from points.models import CorrectionState, PointCorrection
from points.models.corrections import POINTS_A_CORRECTION_MAX
from points.services.corrections import decide_correction, propose_correction


class ProposalForm(forms.Form):
    """Whose, how many, why."""

    household_code = forms.CharField(label="户码", max_length=40)
    points = forms.IntegerField(
        label="积分",
        min_value=-POINTS_A_CORRECTION_MAX,
        max_value=POINTS_A_CORRECTION_MAX,
        help_text="正数增加,负数扣减,例如 20 或 -20",
    )
    reason = forms.CharField(label="原因", max_length=200, help_text="住户看得到,请写清楚")


@admin.register(PointCorrection)
class PointCorrectionAdmin(ReadOnlyAdmin):
    """积分更正: the undecided ones first."""

    list_display = (
        "household",
        "points",
        "moved_points",
        "reason",
        "state",
        "proposed_by",
        "proposed_at",
        "decided_by",
    )
    fields = readonly_fields = (*list_display, "decided_at", "note")
    list_filter = ("state",)
    search_fields = ("=household__code",)
    list_select_related = ("household", "proposed_by", "decided_by")
    ordering = (Case(When(state=CorrectionState.PROPOSED, then=Value(0)), default=Value(1)), "-pk")
    actions = ("approve", "refuse")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever may propose."""
        return request.user.has_perm("points.add_pointcorrection")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whoever may decide; that it is another person is the service's rule."""
        return request.user.has_perm("points.change_pointcorrection")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Propose a correction."""
        if not self.has_add_permission(request) or not isinstance(request.user, User):
            raise PermissionDenied
        form = ProposalForm(request.POST or None)
        problem = ""
        if request.method == "POST" and form.is_valid():
            problem = self._propose(request, officer=request.user, **form.cleaned_data)
            if not problem:
                return redirect("admin:points_pointcorrection_changelist")
        context = self.admin_site.each_context(request) | {"title": "提出积分更正", "form": form, "problem": problem}
        return render(request, "admin/points/pointcorrection/propose.html", context)

    def _propose(self, request: HttpRequest, *, officer: User, household_code: str, points: int, reason: str) -> str:
        """Do it; the message of what stood in the way, else ""."""
        household = household_of_any_code(text=household_code)
        if household is None:
            return f"没有户码为“{household_code}”的住户,请核对"
        try:
            proposed = propose_correction(
                household=household, points=points, reason=reason, officer=officer, now=timezone.now()
            )
        except DomainError as error:
            return error.text
        self.message_user(request, "已提出,等另一位同事复核", messages.SUCCESS)
        if proposed.household != household:
            told = f"户码 {household.code} 已搬走或并入另一户,这笔更正记在户码 {proposed.household.code}"
            self.message_user(request, told, messages.WARNING)
        return ""

    @admin.action(description="批准(积分立即变动)", permissions=["decide"])
    def approve(self, request: HttpRequest, chosen: QuerySet[PointCorrection]) -> None:
        """Post the chosen corrections."""
        self._decide(request, chosen, is_approved=True)

    @admin.action(description="不批准", permissions=["decide"])
    def refuse(self, request: HttpRequest, chosen: QuerySet[PointCorrection]) -> None:
        """Leave everything as it is."""
        self._decide(request, chosen, is_approved=False)

    def _decide(self, request: HttpRequest, chosen: QuerySet[PointCorrection], *, is_approved: bool) -> None:
        if not isinstance(request.user, User):
            return
        done = 0
        for correction in chosen.order_by("pk"):
            try:
                decide_correction(
                    correction=correction, is_approved=is_approved, officer=request.user, now=timezone.now()
                )
                done += 1
            except DomainError as error:
                self.message_user(request, f"{correction.household.code}:{error.text}", messages.WARNING)
        if done:
            self.message_user(request, f"{'批准' if is_approved else '未批准'} {done} 笔更正", messages.SUCCESS)
