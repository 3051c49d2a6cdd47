"""Cancelling: before a redemption is collected, its household may have stock and points back."""

import datetime as dt

from django.db import transaction
from django.db.models import F

from households.models import Household
from lib.contention import retry_on_contention
from lib.errors import DomainError
from people.models import User
from points import ledger
from points.models import (
    AccountKind,
    Reason,
    Redemption,
    RedemptionEvent,
    RedemptionStatus,
    Reward,
    RunKind,
    Shop,
)
from points.services import locks


class RedemptionUnknown(DomainError):
    """The household has no such redemption."""

    code = "redemption_unknown"
    message = "没有找到这张兑换单。"


class RedemptionCollected(DomainError):
    """What was handed out is not taken back."""

    code = "redemption_collected"
    message = "这张兑换单已经领取，不能再取消。"


class RedemptionExpired(DomainError):
    """It was not collected in time; points and stock are back or come back within the hour."""

    code = "redemption_expired"
    message = "这张兑换单过了领取期限，积分会自动退回。"


class RedemptionCancelled(DomainError):
    """The household cancelled it."""

    code = "redemption_cancelled"
    message = "这张兑换单已经取消，积分已退回。"


@retry_on_contention
@transaction.atomic
def cancel_redemption(
    *, household: Household, redemption_id: int, now: dt.datetime, by: User | None = None
) -> Redemption:
    """Give stock and points back; returns the redemption, CANCELLED. Cancelled already: the same again.

    Points whose year ended meanwhile come back too, and expire with the next `points.expiry.expire_due`, which counts
    what left a household net of what was refunded.

    :raises RedemptionUnknown: it is not this household's.
    :raises RedemptionCollected, RedemptionExpired: it is closed already.
    :raises lib.contention.Busy: the rows were locked for too long. Whatever is raised, nothing has changed.
    """
    reward_id = (
        Redemption.objects.filter(pk=redemption_id, household=household).values_list("reward_id", flat=True).first()
    )
    if reward_id is None:
        raise RedemptionUnknown
    locks.lock_accounts(household_ids=[household.pk])
    locks.lock_reward(reward_id=reward_id)
    redemption = locks.lock_redemption(redemption_id=redemption_id)
    if redemption.status == RedemptionStatus.CANCELLED:
        return redemption
    require_reserved(redemption=redemption)
    close(redemption=redemption, status=RedemptionStatus.CANCELLED, by=by, now=now)
    Reward.objects.filter(pk=reward_id, stock_count__isnull=False).update(
        stock_count=F("stock_count") + redemption.quantity
    )
    ledger.post(lines=[refund_line(redemption=redemption)], kind=RunKind.POST, now=now)
    return redemption


def require_reserved(*, redemption: Redemption) -> None:
    """Refuse what is closed, each in its own words.

    :raises RedemptionCollected, RedemptionExpired, RedemptionCancelled: it is closed.
    """
    if redemption.status == RedemptionStatus.COLLECTED:
        raise RedemptionCollected
    if redemption.status == RedemptionStatus.EXPIRED:
        raise RedemptionExpired
    if redemption.status == RedemptionStatus.CANCELLED:
        raise RedemptionCancelled


def close(
    *,
    redemption: Redemption,
    status: RedemptionStatus,
    by: User | None,
    now: dt.datetime,
    shop: Shop | None = None,
) -> None:
    """Bring a locked, reserved redemption into its last status and write down who did it and where."""
    redemption.status = status
    redemption.closed_at = now
    redemption.shop = shop
    redemption.save(update_fields=["status", "closed_at", "shop"])
    RedemptionEvent.objects.create(redemption=redemption, status=status, at=now, by=by, shop=shop)


def refund_line(*, redemption: Redemption) -> ledger.Line:
    """The transfer that gives the points back."""
    return ledger.Line(
        household_id=redemption.household_id,
        debit=AccountKind.REDEEMED,
        credit=AccountKind.AVAILABLE,
        points=redemption.points,
        reason=Reason.REFUND,
        reference=f"redemption/{redemption.pk}/refund",
    )
