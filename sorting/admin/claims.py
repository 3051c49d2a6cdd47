"""Claims in the back office: machines that wait for an officer who compares their serial numbers."""

from collections import defaultdict
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from lib.errors import DomainError
from people.back_office import ReadOnlyAdmin
from people.models import User
from sorting.categories import WasteCategory
from sorting.models import BinClaim, CollectionPoint
from sorting.services.claims import BinCodeTaken, decide_claim, make_claim

_TEMPLATES = "admin/sorting/binclaim"


class ClaimForm(forms.Form):
    """Which bin is to come where."""

    point = forms.ModelChoiceField(label="投放点", queryset=CollectionPoint.objects.none())
    bin_code = forms.CharField(label="桶号", max_length=64, help_text="这台设备登记后的编号,例如 B-0009")
    categories = forms.MultipleChoiceField(
        label="收集类别",
        choices=WasteCategory.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[WasteCategory.FOOD, WasteCategory.RESIDUAL],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        points = CollectionPoint.objects.select_related("community").order_by("community__name", "name")
        chooser = self.fields["point"]
        assert isinstance(chooser, forms.ModelChoiceField)
        chooser.queryset = points
        by_community: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        for point in points:
            by_community[point.community.name].append((point.pk, point.name))
        chooser.choices = [("", "请选择"), *by_community.items()]

    def clean_bin_code(self) -> str:
        """As a bin can name itself."""
        code = str(self.cleaned_data["bin_code"])
        if not code.isprintable():
            raise forms.ValidationError("桶号含不可见字符")
        return code


@admin.register(BinClaim)
class BinClaimAdmin(ReadOnlyAdmin):
    """智能桶认领: a code is made and shown once; what a machine then presents is approved or refused."""

    list_display = ("bin_code", "point", "serial_number", "model_name", "presented_at", "is_approved", "decided_by")
    fields = readonly_fields = (
        *("bin_code", "point", "categories", "made_by", "made_at", "expires_at"),
        *("serial_number", "model_name", "presented_at", "is_approved", "decided_by", "decided_at"),
        *("bin", "key_given_at"),
    )
    list_filter = (("presented_at", admin.EmptyFieldListFilter), "is_approved")
    search_fields = ("=bin_code", "=serial_number")
    list_select_related = ("point", "decided_by")
    ordering = ("-id",)
    actions = ["approve", "refuse"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who may register bins may make a code for one."""
        return request.user.has_perm("sorting.add_smartbin")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Make a code; the answer that made it shows it, and nothing ever does again. Never stored, as every screen."""
        if not self.has_add_permission(request) or not isinstance(request.user, User):
            raise PermissionDenied
        form = ClaimForm(request.POST or None)
        context = self.admin_site.each_context(request) | {"title": "生成认领码", "form": form, "opts": self.opts}
        if request.method == "POST" and form.is_valid():
            chosen = form.cleaned_data
            try:
                claim, code = make_claim(
                    point=chosen["point"],
                    bin_code=chosen["bin_code"],
                    categories=";".join(each for each in WasteCategory.values if each in chosen["categories"]),
                    officer=request.user,
                    now=timezone.now(),
                )
            except BinCodeTaken as taken:
                form.add_error("bin_code", taken.text)
            else:
                self.log_addition(request, claim, "认领码:生成")
                return render(request, f"{_TEMPLATES}/new_code.html", context | {"claim": claim, "code": code})
        return render(request, f"{_TEMPLATES}/make_code.html", context)

    # Reading is all that a row allows; deciding is its own right.
    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Who may register bins may approve them."""
        return request.user.has_perm("sorting.add_smartbin")

    @admin.action(description="同意(已核对机身序列号)", permissions=["decide"])
    def approve(self, request: HttpRequest, claims: QuerySet[BinClaim]) -> None:
        """Register the bins of the chosen claims."""
        self._decide(request, claims, is_approved=True)

    @admin.action(description="不同意", permissions=["decide"])
    def refuse(self, request: HttpRequest, claims: QuerySet[BinClaim]) -> None:
        """Turn the chosen machines away."""
        self._decide(request, claims, is_approved=False)

    def _decide(self, request: HttpRequest, claims: QuerySet[BinClaim], *, is_approved: bool) -> None:
        assert isinstance(request.user, User)
        done = 0
        for claim in claims.order_by("pk"):
            try:
                decide_claim(claim=claim, is_approved=is_approved, officer=request.user, now=timezone.now())
                done += 1
            except DomainError as error:
                self.message_user(request, f"{claim.bin_code}:{error.text}", messages.WARNING)
        if done:
            self.message_user(request, f"{'同意' if is_approved else '不同意'} {done} 个认领")
