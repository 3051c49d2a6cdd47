"""兑换: what points buy, in two steps; the code to show; cancelling."""

import secrets

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lib.errors import DomainError
from lib.qr import qr_svg
from pages.english.told import told
from pages.my.access import Resident, for_residents
from pages.my.shell import render_my
from pages.my.words import day_text, moment_text, points_text
from points.models import Reward
from points.queries.rewards import CatalogueItem, RedemptionRow, catalogue_for, redemption_of, redemptions_of
from points.services.closing import RedemptionUnknown, cancel_redemption
from points.services.redeeming import redeem_reward

OBSTACLES = {
    "sold_out": gettext_noop("已兑完，进货后再来"),
    "limit": gettext_noop("本期已兑满"),
    "points": gettext_noop("还差 {missing}"),
}


@require_safe
@for_residents
def rewards(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The catalogue: what the household can afford, and what it still lacks for the rest."""
    items = catalogue_for(resident.household, timezone.now())
    context = {"heading": gettext("兑换"), "items": [_card(item=item) for item in items]}
    return render_my(request, resident, "pages/my/rewards.html", context, current="my-rewards")


@require_http_methods(["GET", "HEAD", "POST"])
@for_residents
def reward(request: HttpRequest, resident: Resident, reward_id: int) -> HttpResponse:
    """Step two: look once more, then redeem. The form carries a key of its own, so that two taps are one order."""
    now = timezone.now()
    item = next((each for each in catalogue_for(resident.household, now) if each.reward_id == reward_id), None)
    if item is None:
        raise Http404
    context = {"heading": item.name, "item": _card(item=item), "key": secrets.token_hex(16)}
    if request.method != "POST":
        return render_my(request, resident, "pages/my/reward.html", context, current="my-rewards")
    try:
        redemption = redeem_reward(
            household=resident.household,
            reward=Reward.objects.get(pk=reward_id),
            idempotency_key=request.POST.get("key", ""),
            by=resident.user,
            now=now,
        )
    except DomainError as refused:
        context["error"] = told(refused.text)
        return render_my(request, resident, "pages/my/reward.html", context, current="my-rewards", status=409)
    return redirect("my-redemption", redemption_id=redemption.pk)


@require_safe
@for_residents
def redemptions(request: HttpRequest, resident: Resident) -> HttpResponse:
    """All orders, the newest first."""
    rows = [_order(row=row) for row in redemptions_of(resident.household, timezone.now())]
    return render_my(
        request,
        resident,
        "pages/my/redemptions.html",
        {"heading": gettext("我的兑换单"), "orders": rows},
        current="my-rewards",
    )


@require_safe
@for_residents
def redemption(request: HttpRequest, resident: Resident, redemption_id: int) -> HttpResponse:
    """One order: the code to show while it can be collected."""
    row = redemption_of(resident.household, redemption_id, timezone.now())
    if row is None:
        raise Http404
    context = {
        "heading": row.reward_name,
        "order": _order(row=row),
        # Made here from digits alone; the title is our own word.
        "qr": mark_safe(qr_svg(text=row.code, title=gettext("兑换码"))) if row.is_open else "",  # noqa: S308
    }
    return render_my(request, resident, "pages/my/redemption.html", context, current="my-rewards")


@require_POST
@for_residents
def cancel(request: HttpRequest, resident: Resident, redemption_id: int) -> HttpResponse:
    """Give it back: points and stock return at once."""
    try:
        cancel_redemption(
            household=resident.household, redemption_id=redemption_id, by=resident.user, now=timezone.now()
        )
    except RedemptionUnknown:
        raise Http404 from None
    except DomainError as refused:
        messages.info(request, told(refused.text))
    else:
        messages.info(request, gettext("已取消，积分退回来了。"))
    return redirect("my-redemption", redemption_id=redemption_id)


def _card(*, item: CatalogueItem) -> dict[str, object]:
    return {
        "reward_id": item.reward_id,
        "name": item.name,
        "description": item.description,
        "picture": reverse("reward-picture", args=[f"{item.picture}-small.webp"]) if item.picture else "",
        "points": points_text(points=item.points),
        "obstacle": _obstacle(item=item),
        "stock": "" if item.stock_count is None else gettext("剩 {count} 件").format(count=f"{item.stock_count:,}"),
        "ends": gettext("到 {day}").format(day=day_text(on=item.ends_on)) if item.ends_on else "",
        "places": [f"{place.name} {place.address}".strip() for place in item.places],
    }


def _obstacle(*, item: CatalogueItem) -> str:
    if not item.obstacle:
        return ""
    return gettext(OBSTACLES[item.obstacle]).format(missing=points_text(points=item.missing_points))


def _story(*, row: RedemptionRow) -> str:
    at = moment_text(at=row.reserved_at)
    if row.is_open:
        return gettext("{at} 兑换，{until} 前领取").format(at=at, until=moment_text(at=row.expires_at))
    if row.closed_at is None:
        return gettext("{at} 兑换").format(at=at)
    closed = moment_text(at=row.closed_at)
    return gettext("{at} 兑换，{closed} {status}").format(at=at, closed=closed, status=told(row.status_label))


def _order(*, row: RedemptionRow) -> dict[str, object]:
    return {
        "redemption_id": row.redemption_id,
        "name": row.reward_name,
        "quantity": row.quantity,
        "points": points_text(points=row.points),
        "status": told(row.status_label),
        "is_open": row.is_open,
        "code": row.code_text,
        "story": _story(row=row),
        "until": moment_text(at=row.expires_at),
        "closed": moment_text(at=row.closed_at) if row.closed_at else "",
        "places": [f"{place.name} {place.address}".strip() for place in row.places],
    }
