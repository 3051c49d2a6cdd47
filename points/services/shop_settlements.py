"""Settling with shops: a month's redemptions of one shop, summed and frozen when an officer closes it."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from lib.contention import retry_on_contention
from lib.errors import DomainError
from people.models import User
from points.models import Redemption, RedemptionStatus, Shop, ShopSettlement, ShopSettlementLine
from points.reward_rules import month_bounds
from points.services import locks

CLOSABLE_AFTER = dt.timedelta(hours=1)  # what was confirmed in the month's last second has long been committed
LINES_AT_ONCE = 1_000


class MonthNotOver(DomainError):
    """Something may still be handed out in it."""

    code = "month_not_over"
    message = "这个月还没有过完，下月 1 日 1 点以后才能结账。"


class NothingToSettle(DomainError):
    """The shop handed nothing out in the month."""

    code = "nothing_to_settle"
    message = "这家商户这个月没有发放奖品，不用结账。"


class EarlierMonthOpen(DomainError):
    """Months are closed in their order."""

    code = "earlier_month_open"
    message = "更早的月份还没有结账，请先结更早的。"


@retry_on_contention
@transaction.atomic
def close_shop_month(*, shop: Shop, year: int, month: int, officer: User, now: dt.datetime) -> ShopSettlement:
    """Close a local month of a shop; closed already: the settlement as it is. What is closed never changes.

    :raises MonthNotOver, NothingToSettle, EarlierMonthOpen: as said there.
    :raises ValueError: there is no such month.
    :raises lib.contention.Busy: rows were locked for too long; nothing has changed.
    """
    begins_at, ends_at = month_bounds(year=year, month=month, zone=timezone.get_default_timezone())
    if now < ends_at + CLOSABLE_AFTER:
        raise MonthNotOver
    locks.lock_shop(shop_id=shop.pk)
    closed = ShopSettlement.objects.filter(shop=shop, year=year, month=month).first()
    if closed is not None:
        return closed
    unsettled = unsettled_redemptions(shop=shop)
    first = unsettled.filter(closed_at__lt=begins_at).order_by("closed_at").first()
    if first is not None and first.closed_at is not None:
        earlier = timezone.localtime(first.closed_at)
        raise EarlierMonthOpen(f"{earlier:%Y年%-m月}还没有结账，请先结{earlier:%-m月}。")
    due = list(unsettled.filter(closed_at__lt=ends_at).select_related("reward").order_by("closed_at", "pk"))
    if not due:
        raise NothingToSettle
    settlement = ShopSettlement.objects.create(
        shop=shop,
        year=year,
        month=month,
        redemption_count=len(due),
        points=sum(each.points for each in due),
        points_per_yuan=settings.POINTS_PER_YUAN,
        closed_at=now,
        closed_by=officer,
    )
    ShopSettlementLine.objects.bulk_create(
        (_line(settlement=settlement, redemption=each) for each in due),
        batch_size=LINES_AT_ONCE,
    )
    return settlement


def unsettled_redemptions(*, shop: Shop) -> QuerySet[Redemption]:
    """What the shop handed out and no settlement holds."""
    settled = ShopSettlementLine.objects.filter(settlement__shop=shop).values("redemption")
    return Redemption.objects.filter(shop=shop, status=RedemptionStatus.COLLECTED).exclude(pk__in=settled)


def _line(*, settlement: ShopSettlement, redemption: Redemption) -> ShopSettlementLine:
    return ShopSettlementLine(
        settlement=settlement,
        redemption=redemption,
        code=redemption.code,
        collected_at=redemption.closed_at,  # type: ignore[misc]  # COLLECTED: a constraint says that it has one
        reward_name=redemption.reward.name,
        quantity=redemption.quantity,
        points=redemption.points,
    )
