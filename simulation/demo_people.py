"""The demo's people, one for each kind of screen: an administrator, an officer, a guide, a shop and a resident."""

import datetime as dt
import secrets as random
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Sum
from django.utils import timezone

from guides.models import GuideAssignment
from households.models import Household, Member
from people import secrets
from people.models import Role, RoleGrant, ScopeKind, User
from points.models import HouseholdDay, LimitPeriod, Reward, Shop, ShopKind, StockMovementKind
from points.services import move_stock

RESIDENT_PHONE = "13800000001"
_REWARDS = (("食盐 400 克", 30, 50), ("垃圾袋一卷", 20, 100), ("洗手液 500 毫升", 120, 10))


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """A screen, and how to get in."""

    screen: str
    path: str
    user: str
    password: str


def make_people(*, now: dt.datetime) -> Sequence[DemoLogin]:
    """One person a screen in the demo's database; the passwords are new each time."""
    since = timezone.localdate(now) - dt.timedelta(days=1)
    password = random.token_urlsafe(9)
    User.objects.create_superuser(username="demo", password=password, display_name="演示管理员")
    officer = _person(username="officer", password=password, name="演示城管")
    _grant(user=officer, role=Role.OFFICER, kind=ScopeKind.DISTRICT, since=since)
    home = _busiest_household()
    guide = _person(username="guide", password=password, name="演示督导员")
    _grant(user=guide, role=Role.GUIDE, kind=ScopeKind.COMMUNITY, scope_id=home.community_id, since=since)
    GuideAssignment.objects.create(guide=guide, community=home.community, starts_on=since)
    shop = Shop.objects.create(name="东门超市", kind=ShopKind.SHOP, address="东门路 8 号")
    keeper = _person(username="shop", password=password, name="演示店主")
    _grant(user=keeper, role=Role.SHOP, kind=ScopeKind.SHOP, scope_id=shop.pk, since=since)
    _fill_catalogue(shop=shop, by=officer, since=since, now=now)
    Member.objects.create(
        household=home,
        name="演示居民",
        phone_encrypted=secrets.encrypt(text=RESIDENT_PHONE),
        phone_lookup=secrets.lookup_digest(text=RESIDENT_PHONE),
        joined_at=now,
    )
    return [
        DemoLogin("管理后台 back office", "/admin/", "demo", password),
        DemoLogin("城管局 bureau", "/bureau/", "officer", password),
        DemoLogin("督导员 guide", "/guide/", "guide", password),
        DemoLogin("商户 shop", "/shop/", "shop", password),
        DemoLogin("居民 resident", "/my/", RESIDENT_PHONE, ""),
    ]


def _busiest_household() -> Household:
    """The household with the most points of the simulated day: it has something to look at."""
    found = HouseholdDay.objects.values("household_id").annotate(sum=Sum("points")).order_by("-sum", "household_id")
    return Household.objects.select_related("community").get(pk=found[0]["household_id"])


def _person(*, username: str, password: str, name: str) -> User:
    return User.objects.create_user(username=username, password=password, display_name=name)


def _grant(*, user: User, role: Role, kind: ScopeKind, since: dt.date, scope_id: int = 0) -> None:
    RoleGrant.objects.create(user=user, role=role, scope_kind=kind, scope_id=scope_id, starts_on=since)


def _fill_catalogue(*, shop: Shop, by: User, since: dt.date, now: dt.datetime) -> None:
    for name, points, quantity in _REWARDS:
        reward = Reward.objects.create(
            name=name, points=points, stock_count=0, limit_period=LimitPeriod.MONTH, starts_on=since
        )
        reward.shops.set([shop])
        move_stock(reward=reward, kind=StockMovementKind.DELIVERY, quantity=quantity, reason="演示", by=by, now=now)
