"""The plan's figures and what they are made of."""

import datetime as dt

from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from api.bureau.shapes import (
    CommunityDayShape,
    CommunityDaysQuery,
    CommunityShape,
    IndicatorList,
    IndicatorsQuery,
)
from api.bureau.view import AREA, BureauView
from api.documenting import documented
from api.errors import Refused
from api.paging import Code, PageQuery, RowId, cursor_key, page_of, page_shape
from indicators.queries import UnknownCommunity, read_indicators, row_as_json
from indicators.queries.day_rows import community_days

CommunityPage = page_shape(CommunityShape)
CommunityDayPage = page_shape(CommunityDayShape)


class Indicators(BureauView):
    """The plan's indicators."""

    @documented(
        "listIndicators",
        "一段日期内各项指标与目标",
        area=AREA,
        query=IndicatorsQuery,
        answer=IndicatorList,
        refused=[404],
    )
    def get(self, request: Request) -> HttpResponseBase:
        """As `manage.py indicators` gives them. Who watches a part of the district names a community of it."""
        asked = self.parsed(IndicatorsQuery)
        name = asked.get("community")
        if name is None and not self.is_district_wide:
            raise Refused(403, "beyond_your_scope", "请指定您负责的小区 (name a community in your scope)")
        if name is not None and not self.reach.filter(name=name).exists():
            raise UnknownCommunity(f"没有小区“{name}”", fields={"community": name})
        rows = read_indicators(period=asked["period"], community=name, now=self.now)
        return Response(IndicatorList({"items": [row_as_json(row=row) for row in rows]}).data)


class CommunityDays(BureauView):
    """What was dropped off, by community, local date and category."""

    @documented(
        "listCommunityDays", "各小区每天各类的投放汇总", area=AREA, query=CommunityDaysQuery, answer=CommunityDayPage
    )
    def get(self, request: Request) -> HttpResponseBase:
        """In the order of dates. A community out of reach has none here."""
        asked = self.parsed(CommunityDaysQuery)
        reached = self.reached_ids()
        wanted = asked.get("community_id")
        rows = community_days(
            community_ids=reached if wanted is None else [wanted] if wanted in reached else [],
            period=asked["period"],
            after=cursor_key(text=asked.get("after"), kind=tuple[dt.date, RowId, Code]),
            limit=asked["limit"] + 1,
        )
        page = page_of(
            rows=rows, limit=asked["limit"], key=lambda day: (day.occurred_on, day.community_id, day.category)
        )
        return Response(CommunityDayPage(page).data)


class Communities(BureauView):
    """The communities in reach."""

    @documented("listCommunities", "小区名单", area=AREA, query=PageQuery, answer=CommunityPage)
    def get(self, request: Request) -> HttpResponseBase:
        """In the order in which they were registered."""
        asked = self.parsed(PageQuery)
        after = cursor_key(text=asked.get("after"), kind=RowId) or 0
        found = self.reach.select_related("subdistrict").filter(pk__gt=after).order_by("pk")
        page = page_of(rows=found[: asked["limit"] + 1], limit=asked["limit"], key=lambda community: community.pk)
        return Response(CommunityPage(page).data)
