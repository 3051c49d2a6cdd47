"""First appeals in the guide's communities: of others' verdicts, of others' homes."""

import datetime as dt

from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from api.appeal_shapes import AppealAnswer, AppealToAnswer, AppealToAnswerPage
from api.documenting import documented
from api.guide.view import AREA, GuideView
from api.paging import PageQuery, RowId, cursor_key, page_of
from guides.queries.appeals import appeals_for_guide
from guides.services.appeals import answer_appeal


class Appeals(GuideView):
    """What the guide may answer."""

    @documented("listAppealsToAnswer", "等我答复的申诉", area=AREA, query=PageQuery, answer=AppealToAnswerPage)
    def get(self, request: Request) -> HttpResponseBase:
        """The most urgent first."""
        asked = self.parsed(PageQuery)
        found = appeals_for_guide(
            guide=self.user,
            community_ids=self.community_ids,
            after=cursor_key(text=asked.get("after"), kind=tuple[dt.datetime, RowId]),
        )
        rows = found.prefetch_related("drop_off__verifications")[: asked["limit"] + 1]
        page = page_of(rows=rows, limit=asked["limit"], key=lambda each: (each.due_at, each.pk))
        return Response(AppealToAnswerPage(page).data)


class Answers(GuideView):
    """The guide's answer."""

    @documented(
        "answerAppeal",
        "答复一件申诉",
        area=AREA,
        body=AppealAnswer,
        answer=AppealToAnswer,
        refused=[404, 409, 422],
    )
    def post(self, request: Request, appeal_id: int) -> HttpResponseBase:
        """Upheld, the verdict against the drop-off is withdrawn, or points are proposed. The household is told."""
        asked = self.parsed(AppealAnswer)
        return Response(AppealToAnswer(answer_appeal(appeal_id=appeal_id, by=self.user, now=self.now, **asked)).data)
