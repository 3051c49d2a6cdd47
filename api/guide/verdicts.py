"""Judging a drop-off, and taking that back within the minute."""

from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from api.documenting import documented
from api.guide.shapes import NewVerdict, NewWithdrawal, VerdictShape
from api.guide.view import AREA, GuideView
from guides.services.verdicts import judge_drop_off, undo_verdict


class Verdicts(GuideView):
    """What the guide says of one drop-off."""

    @documented(
        "judgeDropOff",
        "核验一次投放",
        area=AREA,
        body=NewVerdict,
        answer=VerdictShape,
        status=201,
        refused=[404, 409, 422],
    )
    def post(self, request: Request, drop_off_id: int) -> HttpResponseBase:
        """In force a minute later. Sent again with its `client_id`, it is the same one."""
        judged = judge_drop_off(guide=self.user, drop_off_id=drop_off_id, now=self.now, **self.parsed(NewVerdict))
        return Response(VerdictShape(judged).data, status=201)


class Withdrawals(GuideView):
    """Verdicts taken back."""

    @documented(
        "undoVerdict",
        "撤回刚才的核验",
        area=AREA,
        body=NewWithdrawal,
        answer=VerdictShape,
        status=201,
        refused=[404, 409, 422],
    )
    def post(self, request: Request) -> HttpResponseBase:
        """The guide's own, before it is in force."""
        asked = self.parsed(NewWithdrawal)
        undone = undo_verdict(
            guide=self.user,
            verdict_id=asked["verdict_client_id"],
            client_id=asked["client_id"],
            undone_at=asked["undone_at"],
            now=self.now,
        )
        return Response(VerdictShape(undone).data, status=201)
