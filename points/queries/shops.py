"""Reading shops: behind which counters somebody stands."""

import datetime as dt
from collections.abc import Collection

from django.db.models import Q, QuerySet

from people.models import Role, ScopeKind, User
from people.standing import standing_of
from points.models import Shop, ShopKind


def shops_of_user(*, user: User, community_ids: Collection[int], on: dt.date) -> QuerySet[Shop]:
    """The active shops where the user hands out on a local day: their own, and a guide's redemption points.

    `community_ids`: the communities given to the user as a guide (guides.queries); of no effect for who is none.
    """
    standing = standing_of(user=user, on=on)
    own = Q(pk__in=standing.scope_ids(role=Role.SHOP, kind=ScopeKind.SHOP))
    if standing.holds(Role.GUIDE):
        own |= Q(kind=ShopKind.POINT, community__in=list(community_ids))
    return Shop.objects.filter(own, is_active=True)
