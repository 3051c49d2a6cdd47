"""Rewards for the stories: a shop, a bag of salt, and points that drop-offs earned."""

import datetime as dt

from households.models import Household
from people.models import Role, RoleGrant, ScopeKind, User
from points.models import LimitPeriod, Redemption, Reward, Shop, ShopKind, StockMovementKind
from points.release import release_due
from points.services import move_stock, redeem_reward
from sorting.models import SmartBin
from tests.builders import at, make_drop_off
from tests.conftest import TODAY
from worker.tally import drain

A_DAY_MAX = 500  # points that recyclables earn a household in a day
GRAMS_A_POINT = 20


def make_shop(*, name: str = "东门超市", kind: str = ShopKind.SHOP, **more: object) -> Shop:
    """A shop that is open."""
    return Shop.objects.create(name=name, kind=kind, address="东门路 8 号", **more)


def make_shopkeeper(*, shop: Shop, username: str = "sun") -> User:
    """Sun, who stands behind the counter of the shop."""
    user = User.objects.create_user(username=username, password=f"{username}-password-1", display_name="孙店主")
    RoleGrant.objects.create(
        user=user, role=Role.SHOP, scope_kind=ScopeKind.SHOP, scope_id=shop.pk, starts_on=dt.date(2026, 1, 1)
    )
    return user


def make_reward(
    *,
    shops: list[Shop],
    by: User,
    name: str = "食盐 400 克",
    points: int = 30,
    stock: int | None = 10,
    household_limit: int | None = None,
    limit_period: str = LimitPeriod.MONTH,
    now: dt.datetime | None = None,
) -> Reward:
    """A reward with its stock delivered."""
    reward = Reward.objects.create(
        name=name,
        points=points,
        stock_count=None if stock is None else 0,
        household_limit=household_limit,
        limit_period=limit_period,
        starts_on=dt.date(2026, 1, 1),
    )
    reward.shops.set(shops)
    if stock:
        move_stock(
            reward=reward,
            kind=StockMovementKind.DELIVERY,
            quantity=stock,
            reason="",
            by=by,
            now=now or at(on=TODAY, hour=6),
        )
    reward.refresh_from_db()
    return reward


def earn(*, households: list[Household], smart_bin: SmartBin, points: int, now: dt.datetime) -> None:
    """Let each household earn so many available points by recyclables of earlier days."""
    days = -(-points // A_DAY_MAX)
    for household in households:
        for day in range(days):
            share = min(A_DAY_MAX, points - day * A_DAY_MAX)
            make_drop_off(
                smart_bin=smart_bin,
                household=household,
                category="RECYCLABLE",
                weight_g=share * GRAMS_A_POINT,
                occurred_at=at(on=TODAY - dt.timedelta(days=4 + day)),
                is_tallied=False,
            )
    drain(now=now)
    release_due(now=now)


def redeem(*, household: Household, reward: Reward, key: str, now: dt.datetime, quantity: int = 1) -> Redemption:
    """What a signed-in resident does."""
    return redeem_reward(household=household, reward=reward, idempotency_key=key, now=now, quantity=quantity)
