"""A household opens to an officer with a reason that stays on record; its points are put right by two officers."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from api.bureau.view import AREA, BureauView
from api.documenting import documented
from api.household_shapes import CardShape, ConsentShape, HouseholdShape, MemberShape
from api.paging import PageQuery, RowId, cursor_key, page_of, page_shape
from households.models import Household
from households.queries import consents_of, household_of_any_code
from households.services import open_household
from households.services.opening import REASON_LENGTH_MAX
from points.models import CorrectionState
from points.models.corrections import POINTS_A_CORRECTION_MAX
from points.queries.corrections import corrections_in_communities
from points.queries.holdings import read_holdings
from points.services.corrections import decide_correction, propose_correction


class Reason(serializers.Serializer[Any]):
    """Why a household is opened."""

    reason = serializers.CharField(max_length=REASON_LENGTH_MAX, help_text="查阅理由,会留下记录")


class HouseholdRecord(HouseholdShape):
    """A household as an officer sees it who said why."""

    members = MemberShape(many=True)
    cards = CardShape(many=True)
    consents = ConsentShape(many=True)
    available_points = serializers.IntegerField()
    pending_points = serializers.IntegerField()


class Openings(BureauView):
    """Acts of opening one household."""

    @documented(
        "openHousehold",
        "写明理由,查阅一户",
        area=AREA,
        body=Reason,
        answer=HouseholdRecord,
        status=201,
        refused=[404, 409],
    )
    def post(self, request: Request, household_id: int) -> HttpResponseBase:
        """Who, whose, why and when is written down before anything is shown."""
        asked = self.parsed(Reason)
        household = get_object_or_404(self.households, pk=household_id)
        open_household(household=household, by=self.user, reason=asked["reason"], now=self.now)
        return Response(HouseholdRecord(_record(household=household)).data, status=201)

    @property
    def households(self) -> "QuerySet[Household]":
        """Those in reach."""
        return Household.objects.select_related("community").filter(community__in=self.reach)


def _record(*, household: Household) -> dict[str, Any]:
    holdings = read_holdings(household=household)
    return {
        **{name: getattr(household, name) for name in ("pk", "code", "community", "building", "unit", "room")},
        **{name: getattr(household, name) for name in ("resident_count", "enrolled_on", "left_on")},
        "members": household.members.order_by("pk"),
        "cards": household.cards.order_by("pk"),
        "consents": consents_of(household=household),
        "available_points": holdings.available_points,
        "pending_points": holdings.pending_points,
    }


class CorrectionsQuery(PageQuery):
    """Those that wait for a second person, or all."""

    state = serializers.ChoiceField(choices=CorrectionState.choices, required=False)


class NewCorrection(serializers.Serializer[Any]):
    """What is to be given (more than 0) or taken (less than 0), and why."""

    household_code = serializers.CharField(max_length=40, help_text="户码,空格和短横不计")
    points = serializers.IntegerField(min_value=-POINTS_A_CORRECTION_MAX, max_value=POINTS_A_CORRECTION_MAX)
    reason = serializers.CharField(max_length=200)


class CorrectionDecision(serializers.Serializer[Any]):
    """Another officer's word."""

    is_approved = serializers.BooleanField()
    note = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class CorrectionShape(serializers.Serializer[Any]):
    """A correction of a household's points."""

    correction_id = serializers.IntegerField(source="pk")
    household_code = serializers.CharField(source="household.code")
    points = serializers.IntegerField()
    reason = serializers.CharField()
    state = serializers.ChoiceField(choices=CorrectionState.choices)
    proposed_by = serializers.CharField(source="proposed_by.username")
    proposed_at = serializers.DateTimeField()
    decided_by = serializers.CharField(source="decided_by.username", allow_null=True, default=None)
    decided_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    moved_points = serializers.IntegerField(allow_null=True, help_text="实际变动;扣减时账上不足的不算")


CorrectionPage = page_shape(CorrectionShape)


class Corrections(BureauView):
    """Corrections of households in reach."""

    is_lookup = True  # by the code that somebody types

    @documented("listCorrections", "积分更正", area=AREA, query=CorrectionsQuery, answer=CorrectionPage)
    def get(self, request: Request) -> HttpResponseBase:
        """The newest first."""
        asked = self.parsed(CorrectionsQuery)
        found = corrections_in_communities(
            communities=self.reach,
            state=asked.get("state"),
            before_id=cursor_key(text=asked.get("after"), kind=RowId),
        )
        page = page_of(rows=found[: asked["limit"] + 1], limit=asked["limit"], key=lambda each: each.pk)
        return Response(CorrectionPage(page).data)

    @documented(
        "proposeCorrection",
        "提出一笔积分更正",
        area=AREA,
        body=NewCorrection,
        answer=CorrectionShape,
        status=201,
        refused=[404, 409, 422],
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Nothing moves before another officer approves."""
        asked = self.parsed(NewCorrection)
        household = household_of_any_code(text=asked["household_code"])
        if household is None or not self.reach.filter(pk=household.community_id).exists():
            raise NotFound
        correction = propose_correction(
            household=household, points=asked["points"], reason=asked["reason"], officer=self.user, now=self.now
        )
        return Response(CorrectionShape(correction).data, status=201)


class Decision(BureauView):
    """The second pair of eyes on one correction."""

    @documented(
        "decideCorrection",
        "复核一笔积分更正",
        area=AREA,
        body=CorrectionDecision,
        answer=CorrectionShape,
        refused=[404, 409],
    )
    def post(self, request: Request, correction_id: int) -> HttpResponseBase:
        """Approved, the points move at once, and the household is told."""
        asked = self.parsed(CorrectionDecision)
        found = corrections_in_communities(communities=self.reach, state=None)
        correction = get_object_or_404(found, pk=correction_id)
        decided = decide_correction(correction=correction, officer=self.user, now=self.now, **asked)
        return Response(CorrectionShape(decided).data)
