"""Stock: what was delivered or corrected, each a row of its own."""

import datetime as dt

from django.db import transaction
from django.db.models import F

from lib.contention import retry_on_contention
from lib.errors import DomainError
from people.models import User
from points.models import Reward, StockMovement, StockMovementKind
from points.services import locks

QUANTITY_MOVED_MAX = 1_000_000  # a slip of the finger, not a delivery


class StockUnlimited(DomainError):
    """There is nothing to count."""

    code = "stock_unlimited"
    message = "这件奖品不限库存，不用记进货。"


class StockMovementUnfit(DomainError):
    """A delivery of nothing, or a correction without a reason."""

    code = "stock_movement_unfit"
    message = "进货数量要大于 0；更正可以是负数，不能是 0，并且要写原因。"


class StockTooLow(DomainError):
    """More would go than is there."""

    code = "stock_too_low"
    message = "库存没有这么多，更正后会小于 0。"


@retry_on_contention
@transaction.atomic
def move_stock(
    *, reward: Reward, kind: StockMovementKind, quantity: int, reason: str, by: User, now: dt.datetime
) -> StockMovement:
    """Add `quantity` pieces to a reward's stock (a correction may be negative) and write down who and why.

    :raises StockUnlimited, StockMovementUnfit: as said there.
    :raises StockTooLow: the stock would go below zero.
    """
    is_fit = quantity > 0 if kind == StockMovementKind.DELIVERY else quantity != 0 and bool(reason.strip())
    if not is_fit or abs(quantity) > QUANTITY_MOVED_MAX:
        raise StockMovementUnfit
    locked = locks.lock_reward(reward_id=reward.pk)
    if locked.stock_count is None:
        raise StockUnlimited
    if locked.stock_count + quantity < 0:
        raise StockTooLow(f"库存只有 {locked.stock_count} 件，不能减 {-quantity} 件。")
    Reward.objects.filter(pk=reward.pk).update(stock_count=F("stock_count") + quantity)
    return StockMovement.objects.create(
        reward=locked, kind=kind, quantity=quantity, reason=reason.strip(), by=by, at=now
    )
