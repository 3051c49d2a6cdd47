"""Reading what a shop handed out, by day and by month, settled and not yet."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import ExtractMonth, ExtractYear
from django.utils import timezone

from points.models import Redemption, RedemptionStatus, Shop, ShopSettlement
from points.redemption_codes import grouped
from points.reward_rules import month_bounds, yuan
from points.services.shop_settlements import CLOSABLE_AFTER, unsettled_redemptions

ROWS_SHOWN_MAX = 500


@dataclass(frozen=True, slots=True)
class HandedOut:
    """One redemption as the counter sees it: what, not to whom."""

    collected_at: dt.datetime
    reward_name: str
    quantity: int
    points: int
    code_text: str


@dataclass(frozen=True, slots=True)
class ShopMonth:
    """A month of a shop: its settlement where it is closed, else what would be settled. `amount` in yuan."""

    year: int
    month: int
    redemption_count: int
    points: int
    amount: Decimal
    settlement_id: int | None
    closed_at: dt.datetime | None
    is_closable: bool


def handed_out_on(*, shop: Shop, on: dt.date) -> list[HandedOut]:
    """What the shop handed out on a local day, the newest first."""
    begins_at = timezone.make_aware(dt.datetime.combine(on, dt.time()))
    following = timezone.make_aware(dt.datetime.combine(on + dt.timedelta(days=1), dt.time()))
    return _handed_out(shop=shop, begins_at=begins_at, ends_at=following)


def handed_out_in(*, shop: Shop, year: int, month: int) -> list[HandedOut]:
    """What the shop handed out in a local month, the newest first.

    :raises ValueError: there is no such month.
    """
    begins_at, ends_at = month_bounds(year=year, month=month, zone=timezone.get_default_timezone())
    return _handed_out(shop=shop, begins_at=begins_at, ends_at=ends_at)


def months_of_shop(*, shop: Shop, now: dt.datetime) -> list[ShopMonth]:
    """Every month in which the shop handed something out, the newest first. Two queries."""
    closed = [
        ShopMonth(
            year=each.year,
            month=each.month,
            redemption_count=each.redemption_count,
            points=each.points,
            amount=yuan(points=each.points, points_per_yuan=each.points_per_yuan),
            settlement_id=each.pk,
            closed_at=each.closed_at,
            is_closable=False,
        )
        for each in ShopSettlement.objects.filter(shop=shop)
    ]
    sums = (
        unsettled_redemptions(shop=shop)
        .annotate(year=ExtractYear("closed_at"), month=ExtractMonth("closed_at"))
        .values_list("year", "month")
        .annotate(redemption_count=Count("pk"), sum_points=Sum("points"))
        .order_by("year", "month")
    )
    still_open = [
        ShopMonth(
            year=year,
            month=month,
            redemption_count=count,
            points=points,
            amount=yuan(points=points, points_per_yuan=settings.POINTS_PER_YUAN),
            settlement_id=None,
            closed_at=None,
            # The oldest only: months are closed in their order.
            is_closable=number == 0 and now >= _ends_at(year=year, month=month) + CLOSABLE_AFTER,
        )
        for number, (year, month, count, points) in enumerate(sums)
    ]
    return sorted(closed + still_open, key=lambda each: (each.year, each.month), reverse=True)


def _ends_at(*, year: int, month: int) -> dt.datetime:
    return month_bounds(year=year, month=month, zone=timezone.get_default_timezone())[1]


def _handed_out(*, shop: Shop, begins_at: dt.datetime, ends_at: dt.datetime) -> list[HandedOut]:
    rows: QuerySet[Redemption] = Redemption.objects.filter(
        shop=shop, status=RedemptionStatus.COLLECTED, closed_at__gte=begins_at, closed_at__lt=ends_at
    )
    shown = rows.select_related("reward").order_by("-closed_at", "-pk")[:ROWS_SHOWN_MAX]
    return [
        HandedOut(
            collected_at=each.closed_at,
            reward_name=each.reward.name,
            quantity=each.quantity,
            points=each.points,
            code_text=grouped(code=each.code),
        )
        for each in shown
        if each.closed_at is not None
    ]
