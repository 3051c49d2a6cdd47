"""A household says that something is wrong with a drop-off of its own, and reads the answers."""

from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from api.appeal_shapes import AppealShape, NewAppeal
from api.documenting import documented
from api.paging import PageQuery, RowId, cursor_key, page_of, page_shape
from api.resident.view import AREA, ResidentView
from guides.queries.appeals import appeals_of
from guides.services.appeals import open_appeal

AppealPage = page_shape(AppealShape)


class Appeals(ResidentView):
    """A household's appeals."""

    @documented("listMyAppeals", "我家的申诉", area=AREA, query=PageQuery, answer=AppealPage, refused=[404])
    def get(self, request: Request, household_id: int) -> HttpResponseBase:
        """The newest first."""
        household = self.household(household_id)
        asked = self.parsed(PageQuery)
        found = appeals_of(household=household, before_id=cursor_key(text=asked.get("after"), kind=RowId))
        page = page_of(rows=found[: asked["limit"] + 1], limit=asked["limit"], key=lambda each: each.pk)
        return Response(AppealPage(page).data)

    @documented(
        "openAppeal",
        "对一次投放申诉",
        area=AREA,
        body=NewAppeal,
        answer=AppealShape,
        status=201,
        refused=[404, 409, 422],
    )
    def post(self, request: Request, household_id: int) -> HttpResponseBase:
        """Within 15 days; once more where a guide has rejected the first. It is looked at by somebody else."""
        household = self.household(household_id)
        asked = self.parsed(NewAppeal)
        return Response(
            AppealShape(open_appeal(household=household, by=self.user, now=self.now, **asked)).data, status=201
        )
