"""Redeeming: stock and points are reserved together, in one transaction, once for a key of the client's."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from households.models import Community, Household
from households.services import HouseholdHasLeft
from lib.contention import retry_on_contention
from lib.errors import DomainError
from people.models import User
from points import ledger
from points.models import (
    HOLDING_STATUSES,
    Account,
    AccountKind,
    Proof,
    Reason,
    Redemption,
    RedemptionEvent,
    RedemptionStatus,
    Reward,
    RunKind,
)
from points.redemption_codes import new_code
from points.reward_rules import QUANTITY_MAX, is_on_offer, kept_until, period_start
from points.services import locks

IDEMPOTENCY_KEY_LENGTH_MAX = 64


class RewardNotOffered(DomainError):
    """There is no such reward, or not today, or nobody hands it out."""

    code = "reward_not_offered"
    message = "这件奖品现在不能兑换，可能已经下架或者不在活动期内。积分没有动，请看看别的奖品。"


class RewardSoldOut(DomainError):
    """Fewer pieces are left than were asked for."""

    code = "reward_sold_out"
    message = "这件奖品刚刚兑完了。积分没有动，请看看别的奖品。"


class RewardLimitReached(DomainError):
    """The household would have more pieces in the period than one may."""

    code = "reward_limit_reached"
    message = "这件奖品每户限兑，您家已经够数了。积分没有动。"


class QuantityOutOfRange(DomainError):
    """Not 1 to QUANTITY_MAX pieces."""

    code = "quantity_out_of_range"
    message = f"一次可以兑换 1 到 {QUANTITY_MAX} 件。"


class IdempotencyKeyUnfit(DomainError):
    """The key is empty or too long."""

    code = "idempotency_key_unfit"
    message = f"幂等键应为 1 到 {IDEMPOTENCY_KEY_LENGTH_MAX} 个字符。"


class IdempotencyConflict(DomainError):
    """The household used this key before, for something else."""

    code = "idempotency_conflict"
    message = "同一个请求号以前兑换过别的东西，那一单照旧有效。请重新打开兑换页再试。"


@dataclass(frozen=True, slots=True)
class Act:
    """Who redeems, by what proof and where; `community` where a guide stands in it with the household before them."""

    proof: Proof
    by: User | None = None
    community: Community | None = None


@retry_on_contention
@transaction.atomic
def redeem_reward(
    *,
    household: Household,
    reward: Reward,
    idempotency_key: str,
    now: dt.datetime,
    by: User | None = None,
    quantity: int = 1,
) -> Redemption:
    """Reserve `quantity` pieces of a reward for a household that signed in, and take its points.

    The same key again gives the same redemption, whatever became of it. `by`: whoever of the household signed in.

    :raises QuantityOutOfRange, IdempotencyKeyUnfit: as said there.
    :raises IdempotencyConflict: the key was used for another reward, quantity or proof.
    :raises households.services.HouseholdHasLeft: its account is closed.
    :raises RewardNotOffered, RewardSoldOut, RewardLimitReached: as said there.
    :raises points.ledger.InsufficientPoints: the household has fewer available points.
    :raises lib.contention.Busy: the rows were locked for too long. Whatever is raised, nothing has changed.
    """
    act = Act(proof=Proof.LOGIN, by=by)
    key = required_key(idempotency_key=idempotency_key)
    locks.lock_accounts(household_ids=[household.pk])
    before = redemption_of_key(household=household, key=key, reward=reward, quantity=quantity, proofs={Proof.LOGIN})
    if before is not None:
        return before
    return reserve(household=household, reward=reward, quantity=quantity, key=key, act=act, now=now)


def required_key(*, idempotency_key: str) -> str:
    """The key without spaces around it.

    :raises IdempotencyKeyUnfit: it is empty or too long.
    """
    key = idempotency_key.strip()
    if not 1 <= len(key) <= IDEMPOTENCY_KEY_LENGTH_MAX:
        raise IdempotencyKeyUnfit
    return key


def redemption_of_key(
    *, household: Household, key: str, reward: Reward, quantity: int, proofs: set[Proof]
) -> Redemption | None:
    """The household's redemption of this key, if there is one. Call it under the lock of its accounts.

    :raises IdempotencyConflict: the key was used for something else.
    """
    before = Redemption.objects.select_related("reward").filter(household=household, idempotency_key=key).first()
    if before is not None and (
        (before.reward_id, before.quantity) != (reward.pk, quantity) or before.proof not in proofs
    ):
        raise IdempotencyConflict
    return before


def reserve(*, household: Household, reward: Reward, quantity: int, key: str, act: Act, now: dt.datetime) -> Redemption:
    """Take stock and points and write the redemption down. Call it under the lock of the household's accounts.

    :raises DomainError: as redeem_reward.
    """
    if not 1 <= quantity <= QUANTITY_MAX:
        raise QuantityOutOfRange
    left_on = Household.objects.values_list("left_on", flat=True).get(pk=household.pk)
    if left_on is not None and left_on <= timezone.localdate(now):
        raise HouseholdHasLeft("这户已经退出，不能再兑换。")
    try:
        locked = locks.lock_reward(reward_id=reward.pk)
    except Reward.DoesNotExist as error:
        raise RewardNotOffered from error
    _require_offer(reward=locked, on=timezone.localdate(now))
    _require_within_limit(household=household, reward=locked, quantity=quantity, now=now)
    _take_stock(reward=locked, quantity=quantity)
    points = locked.points * quantity
    _require_points(household=household, points=points)
    redemption = Redemption.objects.create(
        household=household,
        reward=locked,
        quantity=quantity,
        points=points,
        proof=act.proof,
        code=_unused_code(),
        idempotency_key=key,
        status=RedemptionStatus.RESERVED,
        reserved_at=now,
        expires_at=kept_until(
            reserved_at=now,
            days=settings.REDEMPTION_DAYS,
            zone=timezone.get_default_timezone(),
        ),
    )
    RedemptionEvent.objects.create(
        redemption=redemption, status=RedemptionStatus.RESERVED, at=now, by=act.by, community=act.community
    )
    ledger.post(lines=[redeem_line(redemption=redemption)], kind=RunKind.POST, now=now)
    return redemption


def had_count(*, household: Household, reward: Reward, now: dt.datetime) -> int:
    """How many pieces the household holds or has had of the reward in the current period of its limit."""
    start = period_start(
        period=reward.limit_period,
        on=timezone.localdate(now),
        zone=timezone.get_default_timezone(),
    )
    had = Redemption.objects.filter(household=household, reward=reward, status__in=HOLDING_STATUSES)
    if start is not None:
        had = had.filter(reserved_at__gte=start)
    return int(had.aggregate(count=Sum("quantity"))["count"] or 0)


def redeem_line(*, redemption: Redemption) -> ledger.Line:
    """The transfer that pays for the redemption."""
    return ledger.Line(
        household_id=redemption.household_id,
        debit=AccountKind.AVAILABLE,
        credit=AccountKind.REDEEMED,
        points=redemption.points,
        reason=Reason.REDEEM,
        reference=f"redemption/{redemption.pk}/redeem",
    )


def _require_offer(*, reward: Reward, on: dt.date) -> None:
    is_there = is_on_offer(is_offered=reward.is_offered, starts_on=reward.starts_on, ends_on=reward.ends_on, on=on)
    if not is_there or not reward.shops.filter(is_active=True).exists():
        raise RewardNotOffered


def _require_within_limit(*, household: Household, reward: Reward, quantity: int, now: dt.datetime) -> None:
    if reward.household_limit is None:
        return
    had = had_count(household=household, reward=reward, now=now)
    if had + quantity > reward.household_limit:
        raise RewardLimitReached(
            f"这件奖品{reward.get_limit_period_display()}每户限 {reward.household_limit} 件，您家已有 {had} 件。"
            "积分没有动。",
            fields={"limit": reward.household_limit, "had": had},
        )


def _take_stock(*, reward: Reward, quantity: int) -> None:
    if reward.stock_count is None:
        return
    if reward.stock_count < quantity:
        raise RewardSoldOut(
            f"这件奖品只剩 {reward.stock_count} 件了，不够 {quantity} 件。积分没有动。" if reward.stock_count else None,
            fields={"left": reward.stock_count},
        )
    Reward.objects.filter(pk=reward.pk).update(stock_count=F("stock_count") - quantity)


def _require_points(*, household: Household, points: int) -> None:
    held = Account.objects.values_list("balance_points", flat=True).get(household=household, kind=AccountKind.AVAILABLE)
    if (held or 0) < points:
        raise ledger.InsufficientPoints(
            f"积分不够：要 {points} 分，可用 {held} 分，还差 {points - (held or 0)} 分。",
            fields={"needed": points, "available": held},
        )


def _unused_code() -> str:
    while Redemption.objects.filter(code=(code := new_code())).exists():
        continue
    return code
