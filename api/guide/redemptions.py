"""Redeeming for a household without a phone, that stands before the guide."""

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request
from rest_framework.response import Response

from api.documenting import documented
from api.guide.shapes import PresentRedemption, RedemptionForPresent
from api.guide.view import AREA, GuideView
from points.models import Reward
from points.queries.shops import shops_of_user
from points.services.presence import redeem_for_household_present


class PresentRedemptions(GuideView):
    """What guides redeem for others."""

    is_lookup = True  # by the card or code that is shown

    @documented(
        "redeemForHouseholdPresent",
        "为当面的住户代兑换",
        area=AREA,
        body=RedemptionForPresent,
        answer=PresentRedemption,
        status=201,
        refused=[404, 409, 422],
    )
    @method_decorator(sensitive_variables("asked"))
    def post(self, request: Request) -> HttpResponseBase:
        """By RFID card, or by code and PIN; a QR or a code alone never spends. The household sees it in its inbox."""
        asked = self.parsed(RedemptionForPresent)
        point_id = asked.pop("handed_out_at_id")
        here = shops_of_user(user=self.user, community_ids=self.community_ids, on=self.today)
        redemption = redeem_for_household_present(
            reward=get_object_or_404(Reward, pk=asked.pop("reward_id")),
            handed_out_at=None if point_id is None else get_object_or_404(here, pk=point_id),
            guide=self.user,
            community_ids=self.community_ids,
            now=self.now,
            **asked,
        )
        return Response(PresentRedemption(redemption).data, status=201)
