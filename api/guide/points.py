"""At a point: what was dropped off, whose code this is, what a look into the bins showed, what has to be put right."""

import datetime as dt
from typing import Any

from django.http import HttpResponseBase
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from api.documenting import documented
from api.guide.shapes import (
    CardShown,
    DropOffsQuery,
    FoundDropOff,
    GivenCommunityList,
    ListedDropOff,
    NewProblem,
    NewSpotCheck,
    ProblemList,
    ProblemShape,
    Rectified,
    SpotCheckShape,
)
from api.guide.view import AREA, GuideView
from api.paging import RowId, cursor_key, page_of, page_shape
from guides.queries.drop_offs import ROWS_A_PAGE, Cursor, Tab, drop_off_of_code, drop_offs_at_point
from guides.queries.points import communities_with_points
from guides.queries.problems import problems_in_communities
from guides.services.problems import rectify_problem, report_problem
from guides.services.shifts import point_of_guide
from guides.services.spot_checks import Looked, record_spot_check

RECTIFIED_SHOWN = dt.timedelta(days=7)
DropOffPage = page_shape(ListedDropOff)


class Communities(GuideView):
    """Where the guide works."""

    @documented("listGivenCommunities", "我负责的小区和投放点", area=AREA, answer=GivenCommunityList)
    def get(self, request: Request) -> HttpResponseBase:
        """With their points and the bins in service there."""
        items = communities_with_points(community_ids=self.community_ids, now=self.now)
        return Response(GivenCommunityList({"items": items}).data)


class PointDropOffs(GuideView):
    """What lies at a point."""

    @documented(
        "listDropOffsAtPoint",
        "投放点最近 24 小时的投放",
        area=AREA,
        query=DropOffsQuery,
        answer=DropOffPage,
        refused=[404],
    )
    def get(self, request: Request, point_id: int) -> HttpResponseBase:
        """The newest first. A door is shown only of a household in a community given to the guide."""
        point = point_of_guide(guide=self.user, point_id=point_id, on=self.today)
        asked = self.parsed(DropOffsQuery)
        after = cursor_key(text=asked.get("after"), kind=tuple[dt.datetime, RowId])
        rows = drop_offs_at_point(
            point=point,
            guide=self.user,
            community_ids=self.community_ids,
            now=self.now,
            today=self.today,
            tab=Tab(asked["tab"]),
            after=None if after is None else Cursor(*after),
        )
        page = page_of(rows=rows, limit=ROWS_A_PAGE, key=lambda each: (each.occurred_at, each.drop_off_id))
        return Response(DropOffPage(page).data)


class LookUps(GuideView):
    """Who stands here."""

    @documented(
        "lookUpHousehold", "凭户码或卡找刚才的投放", area=AREA, body=CardShown, answer=FoundDropOff, refused=[404]
    )
    def post(self, request: Request, point_id: int) -> HttpResponseBase:
        """The last drop-off at this point within ten minutes of the household with this code or card, else 404."""
        point = point_of_guide(guide=self.user, point_id=point_id, on=self.today)
        found = drop_off_of_code(text=self.parsed(CardShown)["code"], point=point, now=self.now)
        if found is None:
            raise NotFound
        return Response(FoundDropOff({"drop_off_id": found}).data)


class SpotChecks(GuideView):
    """Looking into the bins of a point."""

    @documented(
        "recordSpotCheck",
        "记一次抽查",
        area=AREA,
        body=NewSpotCheck,
        answer=SpotCheckShape,
        status=201,
        refused=[404, 409, 422],
    )
    def post(self, request: Request, point_id: int) -> HttpResponseBase:
        """Sent again with its `client_id`, it is the same one."""
        asked = self.parsed(NewSpotCheck)
        client_id, checked_at = asked.pop("client_id"), asked.pop("checked_at")
        checked = record_spot_check(
            guide=self.user,
            point_id=point_id,
            looked=Looked(**asked),
            client_id=client_id,
            checked_at=checked_at,
            now=self.now,
        )
        return Response(SpotCheckShape(checked).data, status=201)


class PointProblems(GuideView):
    """What has to be put right at a point."""

    @documented(
        "reportProblem",
        "报一个问题",
        area=AREA,
        body=NewProblem,
        answer=ProblemShape,
        status=201,
        refused=[404, 409, 422],
    )
    def post(self, request: Request, point_id: int) -> HttpResponseBase:
        """Its kind decides by when. Sent again with its `client_id`, it is the same one."""
        asked: dict[str, Any] = self.parsed(NewProblem)
        problem = report_problem(guide=self.user, point_id=point_id, now=self.now, **asked)
        return Response(ProblemShape(problem).data, status=201)


class Problems(GuideView):
    """The problems of the guide's communities."""

    @documented("listProblems", "待整改的问题", area=AREA, answer=ProblemList)
    def get(self, request: Request) -> HttpResponseBase:
        """Open ones whatever their age, and those put right within a week."""
        found = problems_in_communities(community_ids=self.community_ids, since=self.now - RECTIFIED_SHOWN)
        return Response(ProblemList({"items": found}).data)


class Rectification(GuideView):
    """A problem that was put right."""

    @documented(
        "rectifyProblem",
        "问题已整改",
        area=AREA,
        body=Rectified,
        answer=ProblemShape,
        refused=[404, 409, 422],
    )
    def post(self, request: Request, problem_id: int) -> HttpResponseBase:
        """It is closed; the same thing found again is another problem."""
        asked = self.parsed(Rectified)
        return Response(
            ProblemShape(rectify_problem(guide=self.user, problem_id=problem_id, now=self.now, **asked)).data
        )
