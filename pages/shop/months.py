"""A shop's months: what it handed out, and what it is owed."""

import re
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from pages.shop.shell import Keeper, for_keepers, render_shop
from points.queries.shop_settlements import ROWS_SHOWN_MAX, ShopMonth, handed_out_in, months_of_shop

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A month as the list shows it; `key` is its place in the address."""

    key: str
    word: str
    redemption_count: int
    points: int
    amount: str
    state: str


@require_safe
@for_keepers
def months(request: HttpRequest, keeper: Keeper) -> HttpResponse:
    """All months, or with `?month=2026-11` what was handed out in one.

    :raises Http404: that is no month.
    """
    chosen = request.GET.get("month", "")
    if chosen:
        return _one(request, keeper, chosen=chosen)
    lines = [_line(month=each) for each in months_of_shop(shop=keeper.shop, now=timezone.now())]
    context = {"heading": "按月结算", "lines": lines}
    return render_shop(request, keeper, "pages/shop/months.html", context, current="shop-months")


def _one(request: HttpRequest, keeper: Keeper, *, chosen: str) -> HttpResponse:
    match = _MONTH.fullmatch(chosen)
    if match is None:
        raise Http404
    rows = handed_out_in(shop=keeper.shop, year=int(match[1]), month=int(match[2]))
    context = {
        "heading": f"{match[1]}年{int(match[2])}月",
        "rows": rows,
        "rows_max": ROWS_SHOWN_MAX if len(rows) == ROWS_SHOWN_MAX else 0,
    }
    return render_shop(request, keeper, "pages/shop/month.html", context, current="shop-months")


def _line(*, month: ShopMonth) -> MonthLine:
    state = f"{timezone.localtime(month.closed_at):%-m月%-d日}已结账" if month.closed_at else "未结账"
    return MonthLine(
        key=f"{month.year}-{month.month:02d}",
        word=f"{month.year}年{month.month}月",
        redemption_count=month.redemption_count,
        points=month.points,
        amount=f"{month.amount:,}",
        state=state,
    )
