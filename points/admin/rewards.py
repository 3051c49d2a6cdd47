"""The catalogue in the back office: rewards with their pictures, and their stock, which only movements change."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone

from lib.errors import DomainError
from people.back_office import KeptAdmin, ReadOnlyInline
from people.models import User
from points.models import Reward, StockMovement, StockMovementKind
from points.reward_pictures import PICTURE_BYTES_MAX, PictureTooHeavy, reward_picture_path, store_reward_picture
from points.services import move_stock

_CHANGE = "admin:points_reward_change"

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Reward]
else:  # Django's own class takes no type parameter
    _ModelForm = forms.ModelForm


class RewardForm(_ModelForm):
    """A reward without its stock; whether it has one is said once, when it is made."""

    is_unlimited = forms.BooleanField(
        label="不限库存", required=False, help_text="例如话费、代金券。以后不能再改;有库存的奖品保存以后再记进货。"
    )
    picture_file = forms.FileField(label="图片", required=False, help_text="JPEG、PNG 或 WebP;换图就再选一张")

    class Meta:
        model = Reward
        fields = (
            *("name", "description", "points", "household_limit", "limit_period"),
            *("starts_on", "ends_on", "is_offered", "shops"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.fields["is_unlimited"].disabled = True
            self.initial["is_unlimited"] = self.instance.stock_count is None

    def clean_picture_file(self) -> "UploadedFile[Any] | None":
        """The picture is made ours at once, so that a refusal stands beside the field."""
        sent: UploadedFile[Any] | None = self.cleaned_data["picture_file"]
        if sent is None:
            return None
        try:
            if sent.size is None or sent.size > PICTURE_BYTES_MAX:
                raise PictureTooHeavy
            self.instance.picture = store_reward_picture(data=sent.read())
        except DomainError as error:
            raise ValidationError(error.text) from error
        return sent

    def clean(self) -> dict[str, Any]:
        """A new reward begins with an empty stock or without end."""
        cleaned = super().clean() or {}
        if self.instance.pk is None:
            self.instance.stock_count = None if cleaned.get("is_unlimited") else 0
        return cleaned


class MovementForm(forms.Form):
    """What came, or what was counted otherwise."""

    kind = forms.ChoiceField(label="种类", choices=StockMovementKind.choices)
    quantity = forms.IntegerField(label="数量", help_text="更正可以是负数,例如盘点少了 2 件就填 -2")
    reason = forms.CharField(label="原因", max_length=200, required=False, help_text="更正必填")


class StockMovementInline(ReadOnlyInline):
    """What changed the stock, the newest first; redemptions apart."""

    model = StockMovement
    fields = readonly_fields = ("at", "kind", "quantity", "reason", "by")
    ordering = ("-pk",)


@admin.register(Reward)
class RewardAdmin(KeptAdmin):
    """奖品."""

    form = RewardForm
    list_display = ("name", "points", "stock", "household_limit", "limit_period", "starts_on", "ends_on", "is_offered")
    list_filter = ("is_offered", "shops")
    search_fields = ("name",)
    readonly_fields = ("stock",)
    filter_horizontal = ("shops",)
    inlines = [StockMovementInline]
    ordering = ("name", "pk")

    @admin.display(description="库存", ordering="stock_count")
    def stock(self, reward: Reward) -> str:
        """How many are left to redeem."""
        if reward.pk is None:
            return "保存以后记进货"
        return "不限" if reward.stock_count is None else f"{reward.stock_count}"

    def get_urls(self) -> list[URLPattern]:
        """The pages for movements and the picture before Django's own, which take any address."""
        movement = self.admin_site.admin_view(self.movement_view)
        picture = self.admin_site.admin_view(self.picture_view)
        return [
            path("<int:reward_id>/stock/", movement, name="points_reward_stock"),
            path("<int:reward_id>/picture/", picture, name="points_reward_picture"),
            *super().get_urls(),
        ]

    def picture_view(self, request: HttpRequest, reward_id: int) -> FileResponse:
        """The picture as it is shown to people."""
        reward = get_object_or_404(Reward, pk=reward_id)
        if not self.has_view_permission(request, reward):
            raise PermissionDenied
        path_of_it = reward_picture_path(file_name=f"{reward.picture}-large.webp")
        if path_of_it is None:
            raise Http404
        return FileResponse(path_of_it.open("rb"), content_type="image/webp")

    def movement_view(self, request: HttpRequest, reward_id: int) -> HttpResponse:
        """Note a delivery or a correction."""
        reward = get_object_or_404(Reward, pk=reward_id)
        if not self.has_change_permission(request, reward) or not isinstance(request.user, User):
            raise PermissionDenied
        form = MovementForm(request.POST or None)
        problem = ""
        if request.method == "POST" and form.is_valid():
            problem = self._move(request, reward=reward, by=request.user, **form.cleaned_data)
            if not problem:
                return redirect(_CHANGE, reward.pk)
        context = self.admin_site.each_context(request) | {
            "title": f"进货或更正:{reward.name}",
            "reward": reward,
            "stock": self.stock(reward),
            "form": form,
            "problem": problem,
        }
        return render(request, "admin/points/reward/stock.html", context, status=422 if problem else 200)

    def _move(self, request: HttpRequest, *, reward: Reward, by: User, kind: str, quantity: int, reason: str) -> str:
        """Do it; the message of what stood in the way, else ""."""
        try:
            moved = move_stock(
                reward=reward,
                kind=StockMovementKind(kind),
                quantity=quantity,
                reason=reason,
                by=by,
                now=timezone.now(),
            )
        except DomainError as error:
            return error.text
        self.log_change(request, reward, f"库存 {moved.quantity:+d}")
        self.message_user(request, f"已记 {moved.get_kind_display()} {moved.quantity:+d}", messages.SUCCESS)
        return ""
