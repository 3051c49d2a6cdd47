"""Looking a code up, handing out, and what was handed out in a month. Nobody's name or door is shown at a counter."""

import datetime as dt
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.documenting import documented
from api.paging import PageQuery, RowId, cursor_key, page_of, page_shape
from api.periods import Month
from api.reward_shapes import CodeTyped, CounterRedemption
from api.view import ApiView
from guides.queries import community_ids_of_guide
from people.models import Role
from points.models import Shop, ShopKind
from points.queries.collections import collected_in_month
from points.queries.shops import shops_of_user
from points.services import Counter, collect_redemption, look_up_code

AREA = "shop"


class CounterShape(serializers.Serializer[Any]):
    """A place where the user hands out."""

    shop_id = serializers.IntegerField(source="pk")
    kind = serializers.ChoiceField(choices=ShopKind.choices)
    name = serializers.CharField()
    address = serializers.CharField(allow_blank=True)


class CounterList(serializers.Serializer[Any]):
    """The user's counters."""

    items = CounterShape(many=True)


class CollectionsQuery(PageQuery):
    """A month at a counter, page by page."""

    month = Month(help_text="YYYY-MM")


RedemptionPage = page_shape(CounterRedemption)


class CounterView(ApiView):
    """For shops' people and guides."""

    roles = (Role.SHOP, Role.GUIDE)

    def counter(self, shop_id: int) -> Counter:
        """The user behind the counter of this shop.

        :raises Http404: they do not stand there.
        """
        community_ids = community_ids_of_guide(guide=self.user, on=self.today)
        here = shops_of_user(user=self.user, community_ids=community_ids, on=self.today)
        return Counter(shop=get_object_or_404(here, pk=shop_id), by=self.user, community_ids=community_ids)


class Counters(CounterView):
    """Where the user hands out."""

    @documented("listCounters", "我的发放地点", area=AREA, answer=CounterList)
    def get(self, request: Request) -> HttpResponseBase:
        """Shops of their own, and for a guide the redemption points of their communities."""
        community_ids = community_ids_of_guide(guide=self.user, on=self.today)
        shops = shops_of_user(user=self.user, community_ids=community_ids, on=self.today)
        return Response(CounterList({"items": shops.order_by("name")}).data)


class LookUps(CounterView):
    """Asking what a code is for, before anything is handed out."""

    @documented(
        "lookUpRedemptionCode",
        "查兑换码",
        area=AREA,
        body=CodeTyped,
        answer=CounterRedemption,
        refused=[404, 422],
    )
    def post(self, request: Request, shop_id: int) -> HttpResponseBase:
        """It may be closed or to be collected elsewhere. Twenty codes that nobody has are a pause."""
        counter = self.counter(shop_id)
        asked = self.parsed(CodeTyped)
        return Response(CounterRedemption(look_up_code(code=asked["code"], counter=counter, now=self.now)).data)


class Collections(CounterView):
    """Handing out."""

    @documented(
        "listCollections", "一个月里发放的", area=AREA, query=CollectionsQuery, answer=RedemptionPage, refused=[404]
    )
    def get(self, request: Request, shop_id: int) -> HttpResponseBase:
        """In the order in which they were handed out."""
        shop: Shop = self.counter(shop_id).shop
        asked = self.parsed(CollectionsQuery)
        found = collected_in_month(
            shop=shop,
            first_on=asked["month"],
            after=cursor_key(text=asked.get("after"), kind=tuple[dt.datetime, RowId]),
        )
        page = page_of(
            rows=found[: asked["limit"] + 1], limit=asked["limit"], key=lambda each: (each.closed_at, each.pk)
        )
        return Response(RedemptionPage(page).data)

    @documented(
        "collectRedemption",
        "确认发放",
        area=AREA,
        body=CodeTyped,
        answer=CounterRedemption,
        refused=[404, 409, 422],
    )
    def post(self, request: Request, shop_id: int) -> HttpResponseBase:
        """Confirmed already at this counter, it is the same again."""
        counter = self.counter(shop_id)
        asked = self.parsed(CodeTyped)
        return Response(CounterRedemption(collect_redemption(code=asked["code"], counter=counter, now=self.now)).data)
