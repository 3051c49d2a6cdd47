"""A tap on the list, an undo, and the page of one drop-off with note and photo: plain forms, for who has no script."""

import secrets

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from guides.queries.drop_offs import door_of
from guides.services.verdicts import (
    DropOffNotFound,
    VerdictNotFound,
    drop_off_of_guide,
    household_of,
    judge_drop_off,
    undo_verdict,
)
from lib.errors import DomainError
from pages.guide.sent_items import keep_photo_of_verdict
from pages.guide.shell import Duty, for_guides, render_guide
from pages.guide.wording import categories, verdict_word
from pages.numbers import whole_number
from pages.uploads import uploaded
from sorting.categories import WasteCategory
from sorting.models import DropOff, Verdict
from sorting.queries.photos import photo_ids_of_drop_offs
from sorting.services.verdicts import UNDO_S, VerdictInvalid, standing_verification


@require_POST
@for_guides
def judge_from_list(request: HttpRequest, duty: Duty) -> HttpResponse:
    """`tap` is "drop-off.VERDICT", or "drop-off.CATEGORY" for 误投; `token` is of the list that was tapped."""
    number, _, said = request.POST.get("tap", "").partition(".")
    is_category = said in WasteCategory.values
    try:
        judge_drop_off(
            guide=duty.guide,
            drop_off_id=whole_number(text=number) or 0,
            verdict=Verdict.MISPLACED if is_category else said,
            actual_category=said if is_category else "",
            now=duty.now,
            client_id=f"{request.POST.get('token', '')[:16]}-{number}-{said}",
        )
    except DropOffNotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, error.text)
    return redirect(_back(request))


@require_POST
@for_guides
def undo_from_list(request: HttpRequest, duty: Duty) -> HttpResponse:
    """`undo` is the id of the verdict."""
    verdict_id = request.POST.get("undo", "")
    try:
        undo_verdict(guide=duty.guide, verdict_id=verdict_id, client_id=f"undo-{verdict_id}"[:64], now=duty.now)
    except VerdictNotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, error.text)
    else:
        messages.success(request, "已撤回,可以重新核验。")
    return redirect(_back(request))


@require_http_methods(["GET", "HEAD", "POST"])
@for_guides
def one_drop_off(request: HttpRequest, duty: Duty, drop_off_id: int) -> HttpResponse:
    """One drop-off, to judge it with a note and a photo."""
    try:
        drop_off = drop_off_of_guide(guide=duty.guide, drop_off_id=drop_off_id, on=duty.today)
    except DropOffNotFound as error:
        raise Http404 from error
    if request.method == "POST" and _judge(request=request, duty=duty, drop_off=drop_off):
        return redirect("guide-drop-off", drop_off_id=drop_off.pk)
    return _show(request=request, duty=duty, drop_off=drop_off)


def _judge(*, request: HttpRequest, duty: Duty, drop_off: DropOff) -> bool:
    """Record what the form says; False where it was refused, and why is said on the page."""
    said = request.POST.get("tap", "")
    is_category = said in WasteCategory.values
    try:
        data = uploaded(request=request, name="photo")
        if not said and not data:
            raise VerdictInvalid
        if said:
            judge_drop_off(
                guide=duty.guide,
                drop_off_id=drop_off.pk,
                verdict=Verdict.MISPLACED if is_category else said,
                actual_category=said if is_category else "",
                note=request.POST.get("note", ""),
                now=duty.now,
                client_id=f"{request.POST.get('token', '')[:16]}-{drop_off.pk}-{said}",
            )
            messages.success(request, f"已记下。{UNDO_S} 秒内可以撤回。")
    except DomainError as error:
        messages.error(request, error.text)
        return False
    if data:
        # Only now: a verdict that was refused leaves no photo. One that stands is not undone by a bad photo.
        _keep_photo(request=request, duty=duty, drop_off=drop_off, data=data)
    return True


def _keep_photo(*, request: HttpRequest, duty: Duty, drop_off: DropOff, data: bytes) -> None:
    why_not = keep_photo_of_verdict(drop_off_id=drop_off.pk, photo=data, duty=duty)
    messages.info(request, why_not or "照片已保存。")


def _show(*, request: HttpRequest, duty: Duty, drop_off: DropOff) -> HttpResponse:
    household = household_of(drop_off=drop_off)
    is_neighbour = household is not None and household.community_id in duty.community_ids
    standing = standing_verification(drop_off_id=drop_off.pk)
    shown = categories()
    can_undo = standing is not None and standing.guide_id == duty.guide.pk and duty.now < standing.in_force_at
    context = {
        "heading": "一次投放",
        "drop_off_id": drop_off.pk,
        "door": door_of(building=household.building, unit=household.unit, room=household.room)
        if household and is_neighbour
        else ("外小区住户" if household else "未识别住户"),
        "category": shown[drop_off.category],
        "others": [category for code, category in shown.items() if code != drop_off.category],
        "weight": f"{drop_off.weight_g / 1000:,.2f} 千克",
        "occurred_at": drop_off.occurred_at,
        "bin_code": drop_off.bin.code,
        "verdict_word": verdict_word(verdict=standing.verdict, actual_category=standing.actual_category)
        if standing
        else "",
        "note": standing.note if standing else request.POST.get("note", ""),
        "undo_id": standing.client_id if standing and can_undo else "",
        "photo_ids": photo_ids_of_drop_offs(drop_offs=[drop_off]).get(drop_off.pk, []),
        "token": secrets.token_hex(8),
    }
    return render_guide(request, duty, "pages/guide/drop_off.html", context, current="guide")


def _back(request: HttpRequest) -> str:
    """Where the form came from, within the guide's screens."""
    back = request.POST.get("back", "")
    home = reverse("guide")
    return back if back.startswith(home) and url_has_allowed_host_and_scheme(back, allowed_hosts=None) else home
