"""A household's transfers."""

from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from api.documenting import documented
from api.paging import RowId, cursor_key, cursor_of
from api.resident.shapes import StatementQuery, StatementShape
from api.resident.view import AREA, ResidentView
from points.queries.statements import statement_of


class Transfers(ResidentView):
    """Points that came and went."""

    @documented("listTransfers", "积分明细", area=AREA, query=StatementQuery, answer=StatementShape, refused=[404])
    def get(self, request: Request, household_id: int) -> HttpResponseBase:
        """The newest first, each with the balances that it left."""
        household = self.household(household_id)
        asked = self.parsed(StatementQuery)
        statement = statement_of(
            household=household,
            before_id=cursor_key(text=asked.get("after"), kind=RowId),
            month=asked.get("month"),
            line_count=asked["limit"],
        )
        page = {
            "pending_points": statement.pending_points,
            "available_points": statement.available_points,
            "items": statement.lines,
            "next": None if statement.next_before_id is None else cursor_of(key=statement.next_before_id),
        }
        return Response(StatementShape(page).data)
