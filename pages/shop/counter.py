"""The counter: a code is typed, scanned by a hand-held reader or photographed; what to hand out is shown; confirmed."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from lib.contention import Busy
from lib.errors import DomainError
from lib.qr import read_qr
from pages.shop.shell import SHOP_KEY, Keeper, for_keepers, render_shop
from points.models import Redemption
from points.queries.shop_settlements import handed_out_on
from points.redemption_codes import grouped
from points.services import collect_redemption, look_up_code, require_collectable

PHOTO_BYTES_MAX = 12 * 1024 * 1024  # what a phone's camera makes at its best
CODE_CHARACTERS_MAX = 60


class PhotoWithoutCode(DomainError):
    """There is no QR in it that can be read."""

    code = "photo_without_code"
    message = "照片里没有认出二维码。请靠近一点、拍清楚再试，或者直接输入 12 位数字。"


class PhotoTooHeavy(DomainError):
    """More bytes than a photo has."""

    code = "photo_too_heavy"
    message = f"照片超过 {PHOTO_BYTES_MAX // 1024 // 1024} MB，请重拍一张，或者直接输入 12 位数字。"


@dataclass(frozen=True, slots=True)
class OnCounter:
    """What lies on the counter: what to hand out, never to whom. `refusal` is "" where it may be handed out."""

    code: str
    code_text: str
    reward_name: str
    description: str
    picture: str
    quantity: int
    refusal: str


@require_safe
@for_keepers
def counter(request: HttpRequest, keeper: Keeper) -> HttpResponse:
    """The field for the code, and what was handed out today."""
    return _show(request, keeper)


@require_POST
@for_keepers
def look(request: HttpRequest, keeper: Keeper) -> HttpResponse:
    """Show what the code is for, before anything is handed out."""
    now = timezone.now()
    typed = request.POST.get("code", "")[:CODE_CHARACTERS_MAX]
    try:
        photo = request.FILES.get("photo")
        found = look_up_code(code=_code_in(photo=photo) if photo else typed, counter=keeper.counter, now=now)
    except DomainError as error:
        return _show(request, keeper, typed=typed, error=error.text, status=422)
    refusal = ""
    try:
        require_collectable(redemption=found, shop=keeper.shop, now=now)
    except DomainError as error:
        refusal = error.text
    context = {"heading": "请核对", "here": _on_counter(redemption=found, refusal=refusal)}
    return render_shop(request, keeper, "pages/shop/look.html", context, current="shop-counter")


@require_POST
@for_keepers
def hand_out(request: HttpRequest, keeper: Keeper) -> HttpResponse:
    """Confirm; then back to the field for the next one."""
    code = request.POST.get("code", "")[:CODE_CHARACTERS_MAX]
    try:
        done = collect_redemption(code=code, counter=keeper.counter, now=timezone.now())
    except DomainError as error:
        status = 503 if isinstance(error, Busy) else 422
        return _show(request, keeper, typed=code, error=error.text, status=status)
    messages.success(request, f"已发放：{done.reward.name} × {done.quantity}")
    return redirect("shop-counter")


@require_POST
@for_keepers
def choose(request: HttpRequest, keeper: Keeper) -> HttpResponse:
    """Stand behind another of one's own counters."""
    wanted = request.POST.get("shop", "")
    if any(str(each.pk) == wanted for each in keeper.shops):
        request.session[SHOP_KEY] = int(wanted)
    return redirect("shop-counter")


def _show(request: HttpRequest, keeper: Keeper, *, typed: str = "", error: str = "", status: int = 200) -> HttpResponse:
    today = handed_out_on(shop=keeper.shop, on=timezone.localdate())
    context = {
        "heading": "发放奖品",
        "typed": typed,
        "error": error,
        "rows": today,
        "piece_count": sum(row.quantity for row in today),
    }
    return render_shop(request, keeper, "pages/shop/counter.html", context, current="shop-counter", status=status)


def _code_in(*, photo: "UploadedFile[Any]") -> str:
    """The text of the QR in an uploaded photo.

    :raises DomainError: it is no photo, too large, or shows no QR.
    """
    if photo.size is None or photo.size > PHOTO_BYTES_MAX:
        raise PhotoTooHeavy
    text = read_qr(data=photo.read())
    if text is None:
        raise PhotoWithoutCode
    return text


def _on_counter(*, redemption: Redemption, refusal: str) -> OnCounter:
    return OnCounter(
        code=redemption.code,
        code_text=grouped(code=redemption.code),
        reward_name=redemption.reward.name,
        description=redemption.reward.description,
        picture=redemption.reward.picture,
        quantity=redemption.quantity,
        refusal=refusal,
    )
