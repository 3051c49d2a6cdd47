"""Redeeming for a household without a phone: a guide does it with the household's RFID card or PIN before them.

A printed QR and a household code name a household to everybody who saw them: they earn, and alone they never spend.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from households.cards import card_read
from households.models import CardKind, Household, NoticeKind
from households.queries import household_of_code, is_member_of
from households.services import check_pin, notify_household
from lib.contention import retry_on_contention
from lib.errors import DomainError
from people.models import Role, User
from people.standing import standing_of
from points.models import HOLDING_STATUSES, Proof, Redemption, RedemptionStatus, Reward, Shop
from points.services import locks
from points.services.collecting import Counter, hand_out, require_counter
from points.services.redeeming import Act, redemption_of_key, required_key, reserve

PRESENT_PROOFS = (Proof.CARD, Proof.PIN)


class HouseholdNotBeforeYou(DomainError):
    """No household of the guide's communities has this card or code."""

    code = "household_not_before_you"
    message = "在您负责的小区里没有找到这张卡或这个户码。请再刷一次卡，或者请住户本人核对户码。"


class ProofMissing(DomainError):
    """A QR, a fingerprint's reference or a household code without the PIN."""

    code = "proof_missing"
    message = "二维码和户码只能积分，不能花分。请刷射频卡，或者请住户输入 PIN 码。"


class NotYourOwnHousehold(DomainError):
    """Nobody redeems for themselves this way."""

    code = "not_your_own_household"
    message = "不能给自己家代兑换，请用自己的手机兑换，或者请同事办理。"


class DailyCapReached(DomainError):
    """More points than guides may spend for one household on one day."""

    code = "daily_cap_reached"
    message = "这户今天代兑换的积分已到上限。"


@dataclass(frozen=True, slots=True)
class _Before:
    """Who stands before the guide, and by what that is known."""

    household: Household
    proof: Proof


@sensitive_variables("pin")
def redeem_for_household_present(
    *,
    identifier: str,
    pin: str = "",
    reward: Reward,
    quantity: int = 1,
    idempotency_key: str,
    guide: User,
    community_ids: Collection[int],
    handed_out_at: Shop | None = None,
    now: dt.datetime,
) -> Redemption:
    """Redeem for the household whose RFID card was read, or whose card or code was read and PIN typed.

    `identifier` is the card as read or the household code as typed; `community_ids` the communities given to the guide
    (guides.queries). With `handed_out_at`, a redemption point of theirs, the reward is handed out at once; else the
    household gets the code. The household sees it in its inbox. The same key again: the same redemption.

    :raises HouseholdNotBeforeYou: no household of these communities, or the user is no guide.
    :raises NotYourOwnHousehold, ProofMissing, DailyCapReached: as said there.
    :raises households.services.PinMistyped, PinWrong, PinLocked: as check_pin.
    :raises points.services.NotThisShop, HandedOutElsewhere: the guide does not hand this out there.
    :raises DomainError: as redeem_reward. Whatever is raised, nothing has changed but the count of wrong PINs.
    """
    key = required_key(idempotency_key=idempotency_key)
    if handed_out_at is not None:
        require_counter(counter=Counter(shop=handed_out_at, by=guide, community_ids=community_ids), now=now)
    before = _who_is_before(identifier=identifier, pin=pin, guide=guide, community_ids=community_ids, now=now)
    return _redeem(
        before=before, reward=reward, quantity=quantity, key=key, guide=guide, handed_out_at=handed_out_at, now=now
    )


@sensitive_variables("pin")
def _who_is_before(
    *, identifier: str, pin: str, guide: User, community_ids: Collection[int], now: dt.datetime
) -> _Before:
    card = card_read(text=identifier, at=now)
    household = card.household if card is not None else household_of_code(text=identifier)
    is_guide = standing_of(user=guide, on=timezone.localdate(now)).holds(Role.GUIDE)
    if household is None or not is_guide or household.community_id not in community_ids:
        raise HouseholdNotBeforeYou
    if is_member_of(user=guide, household=household):
        raise NotYourOwnHousehold
    if card is not None and card.kind == CardKind.RFID:
        return _Before(household=household, proof=Proof.CARD)
    if not pin:
        raise ProofMissing
    check_pin(household=household, pin=pin, now=now)
    return _Before(household=household, proof=Proof.PIN)


@retry_on_contention
@transaction.atomic
def _redeem(
    *,
    before: _Before,
    reward: Reward,
    quantity: int,
    key: str,
    guide: User,
    handed_out_at: Shop | None,
    now: dt.datetime,
) -> Redemption:
    household = before.household
    if handed_out_at is not None:
        locks.keep_shop(shop_id=handed_out_at.pk)
    locks.lock_accounts(household_ids=[household.pk])
    known = redemption_of_key(
        household=household, key=key, reward=reward, quantity=quantity, proofs=set(PRESENT_PROOFS)
    )
    if known is not None:
        return known
    act = Act(proof=before.proof, by=guide, community=household.community)
    redemption = reserve(household=household, reward=reward, quantity=quantity, key=key, act=act, now=now)
    _require_within_cap(household=household, now=now)
    if handed_out_at is not None:
        hand_out(redemption=redemption, shop=handed_out_at, by=guide, now=now)
    _tell(redemption=redemption, guide=guide, now=now)
    return redemption


def _require_within_cap(*, household: Household, now: dt.datetime) -> None:
    """With the redemption just written: what does not hold goes back with the transaction."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    of_today = Redemption.objects.filter(
        household=household, reserved_at__gte=today, reserved_at__lt=today + dt.timedelta(days=1)
    )
    spent = of_today.filter(proof__in=PRESENT_PROOFS, status__in=HOLDING_STATUSES).aggregate(points=Sum("points"))[
        "points"
    ]
    cap = settings.GUIDE_REDEEM_POINTS_A_DAY_MAX
    if spent > cap:
        raise DailyCapReached(
            f"这户一天最多代兑换 {cap} 分，加上这一单就是 {spent} 分。积分没有动。", fields={"cap": cap, "with": spent}
        )


def _tell(*, redemption: Redemption, guide: User, now: dt.datetime) -> None:
    local = timezone.localtime(now)
    by_what = "射频卡" if redemption.proof == Proof.CARD else "PIN 码"
    what_next = "已当场领取" if redemption.status == RedemptionStatus.COLLECTED else "请凭兑换码领取"
    notify_household(
        household=redemption.household,
        kind=NoticeKind.REDEMPTION,
        text=f"{local:%-m月%-d日 %H:%M}，{guide.display_name or '督导员'}凭您家的{by_what}代您兑换了"
        f"{redemption.reward.name} × {redemption.quantity}，用去 {redemption.points} 分，{what_next}。"
        "不是您家要求的，请联系城管局。",
        reference=f"redemption/{redemption.pk}/present",
        now=now,
    )
