"""Exchanging points: the catalogue as a household sees it, and its redemptions."""

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from api.documenting import documented
from api.resident.view import AREA, ResidentView
from api.reward_shapes import NewRedemption, RedemptionList, RedemptionShape, RewardList
from points.models import Reward
from points.queries.rewards import catalogue_for, redemption_of, redemptions_of
from points.services import cancel_redemption, redeem_reward


class Rewards(ResidentView):
    """What is on offer."""

    @documented("listRewards", "可兑换的奖品", area=AREA, answer=RewardList, refused=[404])
    def get(self, request: Request, household_id: int) -> HttpResponseBase:
        """Today, for this household, the cheapest first."""
        return Response(RewardList({"items": catalogue_for(self.household(household_id), self.now)}).data)


class Redemptions(ResidentView):
    """A household's redemptions."""

    @documented("listRedemptions", "兑换单", area=AREA, answer=RedemptionList, refused=[404])
    def get(self, request: Request, household_id: int) -> HttpResponseBase:
        """The last hundred, the newest first."""
        return Response(RedemptionList({"items": redemptions_of(self.household(household_id), self.now)}).data)

    @documented(
        "redeemReward",
        "兑换一件奖品",
        area=AREA,
        body=NewRedemption,
        answer=RedemptionShape,
        status=201,
        refused=[404, 409, 422],
    )
    def post(self, request: Request, household_id: int) -> HttpResponseBase:
        """Stock and points are taken together or not at all; the answer has the code with which it is collected."""
        household = self.household(household_id)
        asked = self.parsed(NewRedemption)
        redemption = redeem_reward(
            household=household,
            reward=get_object_or_404(Reward, pk=asked["reward_id"]),
            quantity=asked["quantity"],
            idempotency_key=asked["idempotency_key"],
            by=self.user,
            now=self.now,
        )
        return Response(RedemptionShape(redemption_of(household, redemption.pk, self.now)).data, status=201)


class OneRedemption(ResidentView):
    """One redemption of a household."""

    @documented("showRedemption", "一张兑换单", area=AREA, answer=RedemptionShape, refused=[404])
    def get(self, request: Request, household_id: int, redemption_id: int) -> HttpResponseBase:
        """With its code."""
        redemption = redemption_of(self.household(household_id), redemption_id, self.now)
        if redemption is None:
            raise NotFound
        return Response(RedemptionShape(redemption).data)


class Cancellation(ResidentView):
    """Taking a redemption back before it is collected."""

    @documented("cancelRedemption", "取消一张兑换单", area=AREA, answer=RedemptionShape, refused=[404, 409])
    def post(self, request: Request, household_id: int, redemption_id: int) -> HttpResponseBase:
        """Points and stock come back at once."""
        household = self.household(household_id)
        cancel_redemption(household=household, redemption_id=redemption_id, by=self.user, now=self.now)
        return Response(RedemptionShape(redemption_of(household, redemption_id, self.now)).data)
