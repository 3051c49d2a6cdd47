"""Reading the catalogue and redemptions, as a household sees them."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import F, Prefetch, Q, QuerySet
from django.utils import timezone

from households.models import Household
from points.models import (
    HOLDING_STATUSES,
    Account,
    AccountKind,
    Redemption,
    RedemptionStatus,
    Reward,
    Shop,
)
from points.redemption_codes import grouped
from points.reward_rules import period_start, pieces_left

REDEMPTIONS_SHOWN_MAX = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reward is handed out."""

    shop_id: int
    kind: str
    name: str
    address: str
    contact: str
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """A reward on offer today, for one household.

    `stock_count` is None where it is unlimited; `pieces_left` is how many the household may still take at once, its
    points aside. `obstacle` is "" where it can redeem one now, else "sold_out", "limit" or "points"; `missing_points`
    is what it lacks for one.
    """

    reward_id: int
    name: str
    description: str
    picture: str
    points: int
    stock_count: int | None
    household_limit: int | None
    limit_period: str
    had_count: int
    pieces_left: int
    missing_points: int
    obstacle: str
    ends_on: dt.date | None
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class RedemptionRow:
    """One redemption of a household. `code` as it is stored, `code_text` as people read it.

    `is_open`: it can be collected, and cancelled. Reserved and past `expires_at` it is neither open nor closed yet.
    """

    redemption_id: int
    reward_name: str
    picture: str
    quantity: int
    points: int
    status: str
    status_label: str
    is_open: bool
    code: str
    code_text: str
    reserved_at: dt.datetime
    expires_at: dt.datetime
    closed_at: dt.datetime | None
    collected_at_shop: str
    places: tuple[Place, ...]


def available_points(*, household: Household) -> int:
    """What the household can spend now."""
    account = Account.objects.filter(household=household, kind=AccountKind.AVAILABLE)
    return account.values_list("balance_points", flat=True).first() or 0


def catalogue_for(household: Household, now: dt.datetime) -> list[CatalogueItem]:
    """What is on offer on `now`'s local day, the cheapest first. Four queries."""
    today = timezone.localdate(now)
    held = available_points(household=household)
    rewards = (
        Reward.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=today),
            is_offered=True,
            starts_on__lte=today,
            shops__is_active=True,
        )
        .distinct()
        .prefetch_related(_open_shops())
        .order_by("points", "name", "pk")
    )
    had = _had_counts(household=household, on=today)
    return [_item(reward=each, held=held, had_count=had.get(each.pk, 0)) for each in rewards]


def redemptions_of(household: Household, now: dt.datetime) -> list[RedemptionRow]:
    """The household's redemptions, the newest first. Two queries."""
    return [_row(redemption=each, now=now) for each in _redemptions(household=household)[:REDEMPTIONS_SHOWN_MAX]]


def redemption_of(household: Household, redemption_id: int, now: dt.datetime) -> RedemptionRow | None:
    """One of the household's redemptions; None where it has no such one."""
    found = _redemptions(household=household).filter(pk=redemption_id).first()
    return None if found is None else _row(redemption=found, now=now)


def _had_counts(*, household: Household, on: dt.date) -> dict[int, int]:
    """By reward with a limit, the pieces in the current period of the limit."""
    zone = timezone.get_default_timezone()
    counts: dict[int, int] = {}
    had = Redemption.objects.filter(
        household=household, status__in=HOLDING_STATUSES, reward__household_limit__isnull=False
    )
    for reward_id, period, quantity, reserved_at in had.values_list(
        "reward_id", "reward__limit_period", "quantity", "reserved_at"
    ):
        start = period_start(period=period, on=on, zone=zone)
        if start is None or reserved_at >= start:
            counts[reward_id] = counts.get(reward_id, 0) + quantity
    return counts


def _item(*, reward: Reward, held: int, had_count: int) -> CatalogueItem:
    left = pieces_left(stock_count=reward.stock_count, household_limit=reward.household_limit, had_count=had_count)
    missing = max(0, reward.points - held)
    if reward.stock_count == 0:
        obstacle = "sold_out"
    elif left == 0:
        obstacle = "limit"
    else:
        obstacle = "points" if missing else ""
    return CatalogueItem(
        reward_id=reward.pk,
        name=reward.name,
        description=reward.description,
        picture=reward.picture,
        points=reward.points,
        stock_count=reward.stock_count,
        household_limit=reward.household_limit,
        limit_period=reward.get_limit_period_display(),
        had_count=had_count,
        pieces_left=left,
        missing_points=missing,
        obstacle=obstacle,
        ends_on=reward.ends_on,
        places=_places(reward=reward),
    )


def _redemptions(*, household: Household) -> QuerySet[Redemption]:
    return (
        Redemption.objects.filter(household=household)
        .select_related("reward", "shop")
        .prefetch_related(_open_shops(path="reward__shops"))
        .order_by("-reserved_at", "-pk")
    )


def _row(*, redemption: Redemption, now: dt.datetime) -> RedemptionRow:
    return RedemptionRow(
        redemption_id=redemption.pk,
        reward_name=redemption.reward.name,
        picture=redemption.reward.picture,
        quantity=redemption.quantity,
        points=redemption.points,
        status=redemption.status,
        status_label=redemption.get_status_display(),
        is_open=redemption.status == RedemptionStatus.RESERVED and now < redemption.expires_at,
        code=redemption.code,
        code_text=grouped(code=redemption.code),
        reserved_at=redemption.reserved_at,
        expires_at=redemption.expires_at,
        closed_at=redemption.closed_at,
        collected_at_shop=redemption.shop.name if redemption.shop else "",
        places=_places(reward=redemption.reward),
    )


def _open_shops(*, path: str = "shops") -> "Prefetch[str, QuerySet[Shop], str]":
    shops = Shop.objects.filter(is_active=True).order_by(F("kind").desc(), "name")
    return Prefetch(path, queryset=shops, to_attr="open_shops")


def _places(*, reward: Reward) -> tuple[Place, ...]:
    shops: list[Shop] = reward.open_shops  # type: ignore[attr-defined]  # by _open_shops
    return tuple(
        Place(
            shop_id=shop.pk,
            kind=shop.kind,
            name=shop.name,
            address=shop.address,
            contact=shop.contact,
            latitude=shop.latitude,
            longitude=shop.longitude,
        )
        for shop in shops
    )
