"""The frame around the counter's screens, and behind which counter the user stands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from guides.queries import community_ids_of_guide
from pages.access import for_roles
from people.models import Role, User
from people.standing import Standing
from points.models import Shop
from points.queries.shops import shops_of_user
from points.services import Counter

SHOP_KEY = "shop_id"  # of the session
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who stands at a counter: the one of their shops that was chosen, and all of them."""

    counter: Counter
    shops: tuple[Shop, ...]

    @property
    def shop(self) -> Shop:
        """The counter's shop."""
        return self.counter.shop


View = Callable[Concatenate[HttpRequest, P], HttpResponse]
KeeperView = Callable[Concatenate[HttpRequest, Keeper, P], HttpResponse]


def for_keepers(view: KeeperView[P]) -> View[P]:
    """Make a view of one that takes (request, keeper, …): for shopkeepers, and guides at redemption points of theirs.

    Who has no open shop is told so. The shop comes from the session and only ever out of the user's own.
    """

    @for_roles(Role.SHOP, Role.GUIDE)
    @wraps(view)
    def wrapped(request: HttpRequest, standing: Standing, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            raise TypeError("for_roles lets nobody in who is not signed in")
        today = timezone.localdate()
        community_ids = community_ids_of_guide(guide=user, on=today) if standing.holds(Role.GUIDE) else ()
        shops = tuple(shops_of_user(user=user, community_ids=community_ids, on=today).order_by("name"))
        if not shops:
            return render(request, "pages/shop/no_shop.html", {"heading": "没有兑换地点"})
        chosen = request.session.get(SHOP_KEY)
        shop = next((each for each in shops if each.pk == chosen), shops[0])
        keeper = Keeper(counter=Counter(shop=shop, by=user, community_ids=community_ids), shops=shops)
        return view(request, keeper, *args, **kwargs)

    return wrapped


def render_shop(
    request: HttpRequest,
    keeper: Keeper,
    template: str,
    context: Mapping[str, Any],
    *,
    current: str,
    status: int = 200,
) -> HttpResponse:
    """Render a screen of the counter; `current` is the url name under which the navigation shows it."""
    frame = {
        "shop_name": keeper.shop.name,
        "other_shops": [(each.pk, each.name) for each in keeper.shops if each.pk != keeper.shop.pk],
        "current": current,
    }
    return render(request, template, frame | dict(context), status=status)
