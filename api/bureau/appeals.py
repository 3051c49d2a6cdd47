"""Appeals in the officer's reach: all to be read; the second ones and the overdue to be decided."""

from django.http import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.appeal_shapes import AppealAnswer, AppealToAnswer, AppealToAnswerPage
from api.bureau.view import AREA, BureauView
from api.documenting import documented
from api.paging import PageQuery, RowId, cursor_key, page_of
from guides.queries.appeals import appeals_in_communities
from guides.services.appeals import answer_appeal


class AppealsQuery(PageQuery):
    """Those that wait for an officer, or all."""

    is_waiting = serializers.BooleanField(required=False, default=False, help_text="true = 只看等城管局答复的")


class Appeals(BureauView):
    """Appeals of drop-offs in reach."""

    @documented("listAppeals", "申诉", area=AREA, query=AppealsQuery, answer=AppealToAnswerPage)
    def get(self, request: Request) -> HttpResponseBase:
        """The newest first."""
        asked = self.parsed(AppealsQuery)
        found = appeals_in_communities(
            communities=self.reach,
            is_waiting_only=asked["is_waiting"],
            before_id=cursor_key(text=asked.get("after"), kind=RowId),
        )
        rows = found.prefetch_related("drop_off__verifications")[: asked["limit"] + 1]
        page = page_of(rows=rows, limit=asked["limit"], key=lambda each: each.pk)
        return Response(AppealToAnswerPage(page).data)


class Answers(BureauView):
    """The officer's answer, which is final."""

    @documented(
        "decideAppeal",
        "对第二次或逾期的申诉作出最后答复",
        area=AREA,
        body=AppealAnswer,
        answer=AppealToAnswer,
        refused=[404, 409, 422],
    )
    def post(self, request: Request, appeal_id: int) -> HttpResponseBase:
        """404 while it is a guide's turn. Points that it gives are approved by somebody else."""
        asked = self.parsed(AppealAnswer)
        return Response(AppealToAnswer(answer_appeal(appeal_id=appeal_id, by=self.user, now=self.now, **asked)).data)
