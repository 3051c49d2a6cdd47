"""Collecting: the shop, or a guide at a redemption point, types or scans the code and hands out."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from households.models import NoticeKind
from households.services import notify_household
from lib.contention import retry_on_contention
from lib.errors import DomainError
from people.models import User
from points.models import Redemption, RedemptionStatus, Shop, WrongCode
from points.queries.shops import shops_of_user
from points.redemption_codes import normal_code
from points.services import locks
from points.services.closing import RedemptionCollected, RedemptionExpired, close, require_reserved

WRONG_CODES_MAX = 20  # a tired shopkeeper's; a guesser would need millions
WRONG_CODES_WITHIN = dt.timedelta(minutes=15)
WRONG_CODES_KEPT = dt.timedelta(days=1)


class CodeMistyped(DomainError):
    """Twelve digits whose last one does not fit, or no twelve digits."""

    code = "redemption_code_mistyped"
    message = "兑换码是 12 位数字，这一个输错了。请对照手机再输一次，或者扫码。"


class CodeUnknown(DomainError):
    """Nobody has this code."""

    code = "redemption_code_unknown"
    message = "没有这个兑换码。请对照手机再输一次，或者扫码。"


class CodesPaused(DomainError):
    """Too many codes that nobody has, by the same person."""

    code = "redemption_codes_paused"
    message = "连续输错太多，请等 15 分钟再试；扫码也要等。"


class NotThisShop(DomainError):
    """The user does not stand behind this counter, or it is closed."""

    code = "not_this_shop"
    message = "您不能在这个地点发放奖品，或者这个地点已经停用。"


class HandedOutElsewhere(DomainError):
    """The reward is not handed out here."""

    code = "handed_out_elsewhere"
    message = "这件奖品不在这里领取。"


@dataclass(frozen=True, slots=True)
class Counter:
    """Where somebody stands and who it is. `community_ids`: those given to a guide (guides.queries); none for shops."""

    shop: Shop
    by: User
    community_ids: Collection[int] = ()


def look_up_code(*, code: str, counter: Counter, now: dt.datetime) -> Redemption:
    """The redemption of a code as typed or scanned, with its reward, before anything is handed out.

    It may be closed or to be collected elsewhere: `collect_redemption` says so.

    :raises NotThisShop: the user does not hand out there.
    :raises CodeMistyped, CodeUnknown, CodesPaused: as said there. Unknown codes are counted.
    """
    require_counter(counter=counter, now=now)
    digits = normal_code(text=code)
    if not digits:
        raise CodeMistyped
    recent = WrongCode.objects.filter(by=counter.by, at__gt=now - WRONG_CODES_WITHIN)
    if recent.count() >= WRONG_CODES_MAX:
        raise CodesPaused
    found = Redemption.objects.select_related("reward").filter(code=digits).first()
    if found is None:
        WrongCode.objects.filter(by=counter.by, at__lt=now - WRONG_CODES_KEPT).delete()
        WrongCode.objects.create(by=counter.by, at=now)
        raise CodeUnknown
    return found


def collect_redemption(*, code: str, counter: Counter, now: dt.datetime) -> Redemption:
    """Confirm that the reward was handed out; returns the redemption, COLLECTED.

    Confirmed already at this counter: the same again, so that a double tap is no error.

    :raises NotThisShop, CodeMistyped, CodeUnknown, CodesPaused: as look_up_code.
    :raises HandedOutElsewhere: the reward is handed out at other places only.
    :raises RedemptionExpired: its time is over, whether or not the points are back yet.
    :raises RedemptionCollected, RedemptionCancelled: it is closed.
    :raises lib.contention.Busy: the rows were locked for too long. Whatever is raised, nothing was confirmed.
    """
    found = look_up_code(code=code, counter=counter, now=now)
    return _collect(redemption_id=found.pk, counter=counter, now=now)


@retry_on_contention
@transaction.atomic
def _collect(*, redemption_id: int, counter: Counter, now: dt.datetime) -> Redemption:
    locks.keep_shop(shop_id=counter.shop.pk)
    redemption = locks.lock_redemption(redemption_id=redemption_id)
    if redemption.status == RedemptionStatus.COLLECTED and redemption.shop_id == counter.shop.pk:
        return redemption
    hand_out(redemption=redemption, shop=counter.shop, by=counter.by, now=now)
    notify_household(
        household=redemption.household,
        kind=NoticeKind.REDEMPTION,
        text=f"{redemption.reward.name} × {redemption.quantity} 已在{counter.shop.name}领取。",
        reference=f"redemption/{redemption.pk}/collected",
        now=now,
    )
    return redemption


def require_collectable(*, redemption: Redemption, shop: Shop, now: dt.datetime) -> None:
    """Refuse what is not handed out here and now.

    :raises HandedOutElsewhere, RedemptionExpired, RedemptionCollected, RedemptionCancelled: as collect_redemption.
    """
    if redemption.status == RedemptionStatus.COLLECTED:
        raise RedemptionCollected("这张兑换单已经领取过了，请不要再发。")
    require_reserved(redemption=redemption)
    if redemption.expires_at <= now:
        raise RedemptionExpired
    if not redemption.reward.shops.filter(pk=shop.pk).exists():
        raise HandedOutElsewhere(f"“{redemption.reward.name}”不在{shop.name}领取。兑换单照旧有效。")


def hand_out(*, redemption: Redemption, shop: Shop, by: User, now: dt.datetime) -> None:
    """Close a locked redemption as collected here. Whoever calls tells the household.

    :raises DomainError: as require_collectable.
    """
    require_collectable(redemption=redemption, shop=shop, now=now)
    close(redemption=redemption, status=RedemptionStatus.COLLECTED, by=by, now=now, shop=shop)


def require_counter(*, counter: Counter, now: dt.datetime) -> None:
    """Refuse who does not stand there.

    :raises NotThisShop: the user does not hand out there, or the shop is closed.
    """
    here = shops_of_user(user=counter.by, community_ids=counter.community_ids, on=timezone.localdate(now))
    if not here.filter(pk=counter.shop.pk).exists():
        raise NotThisShop
