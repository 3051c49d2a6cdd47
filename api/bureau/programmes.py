"""Programmes: what holds, what was before, what is drafted; and the second officer's word. Drafting is the screens'."""

import datetime as dt
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.bureau.view import AREA, BureauView
from api.documenting import documented
from api.errors import Refused
from api.paging import PageQuery, RowId, cursor_key, page_of, page_shape
from points.models import Programme, ProgrammeState, RuleUnit
from points.queries.programmes import programmes_in_communities, versions_of
from points.services.programmes import TEXT_LENGTH_MAX, decide_programme
from sorting.categories import WasteCategory


class ProgrammeShape(serializers.Serializer[Any]):
    """A programme, drafted or decided. Without a community it is the district's."""

    programme_id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    community_id = serializers.IntegerField(allow_null=True)
    community = serializers.CharField(source="community.name", allow_null=True, default=None)
    holds_from = serializers.DateField(help_text="从这一天起")
    state = serializers.ChoiceField(choices=ProgrammeState.choices)
    reason = serializers.CharField(allow_blank=True)
    drafted_by = serializers.CharField(source="drafted_by.username", allow_null=True, default=None)
    drafted_at = serializers.DateTimeField(allow_null=True)
    decided_by = serializers.CharField(source="decided_by.username", allow_null=True, default=None)
    decided_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(allow_blank=True)


class RuleShape(serializers.Serializer[Any]):
    """What one category earns, or one sub-class of it. An empty limit is none."""

    category = serializers.ChoiceField(choices=WasteCategory.choices)
    sub_class = serializers.CharField(allow_blank=True)
    unit = serializers.ChoiceField(choices=RuleUnit.choices)
    points = serializers.IntegerField()
    points_outside = serializers.IntegerField(help_text="投放时段外")
    weight_g_min = serializers.IntegerField()
    drop_offs_a_day_max = serializers.IntegerField(allow_null=True)
    points_a_day_max = serializers.IntegerField(allow_null=True)


class VersionShape(serializers.Serializer[Any]):
    """An approved programme of the same community, or of the district."""

    programme_id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    holds_from = serializers.DateField()


class ProgrammeRecord(ProgrammeShape):
    """A programme with all that it says, and the approved ones of the same place."""

    verdict_bonus_points = serializers.IntegerField()
    misplaced_penalty_points = serializers.IntegerField()
    contaminated_penalty_points = serializers.IntegerField()
    streak_days = serializers.IntegerField(allow_null=True)
    streak_bonus_points = serializers.IntegerField()
    checking_window_s = serializers.IntegerField()
    rules = serializers.SerializerMethodField()
    versions = serializers.SerializerMethodField()

    def get_rules(self, programme: Programme) -> list[dict[str, Any]]:
        """In the order in which they were written."""
        return list(RuleShape(programme.rules.order_by("pk"), many=True).data)

    def get_versions(self, programme: Programme) -> list[dict[str, Any]]:
        """The latest first."""
        return list(VersionShape(versions_of(programme=programme), many=True).data)


class ProgrammesQuery(PageQuery):
    """Those in one state, or all."""

    state = serializers.ChoiceField(choices=ProgrammeState.choices, required=False)


class ProgrammeDecision(serializers.Serializer[Any]):
    """Another officer's word."""

    is_approved = serializers.BooleanField()
    note = serializers.CharField(max_length=TEXT_LENGTH_MAX, required=False, default="", allow_blank=True)


ProgrammePage = page_shape(ProgrammeShape)


class Programmes(BureauView):
    """The district's programmes and those of communities in reach."""

    @documented("listProgrammes", "积分方案", area=AREA, query=ProgrammesQuery, answer=ProgrammePage)
    def get(self, request: Request) -> HttpResponseBase:
        """The latest first, by the day from which they hold."""
        asked = self.parsed(ProgrammesQuery)
        found = programmes_in_communities(
            communities=self.reach,
            state=asked.get("state"),
            before=cursor_key(text=asked.get("after"), kind=tuple[dt.date, RowId]),
        )
        page = page_of(
            rows=found[: asked["limit"] + 1], limit=asked["limit"], key=lambda each: (each.holds_from, each.pk)
        )
        return Response(ProgrammePage(page).data)


class OneProgramme(BureauView):
    """One programme."""

    @documented("showProgramme", "一个积分方案的规则和历次版本", area=AREA, answer=ProgrammeRecord, refused=[404])
    def get(self, request: Request, programme_id: int) -> HttpResponseBase:
        """With its rules and the approved versions."""
        found = programmes_in_communities(communities=self.reach)
        return Response(ProgrammeRecord(get_object_or_404(found, pk=programme_id)).data)


class ProgrammeDecisions(BureauView):
    """The second pair of eyes on one draft."""

    @documented(
        "decideProgramme",
        "审批一个积分方案",
        area=AREA,
        body=ProgrammeDecision,
        answer=ProgrammeShape,
        refused=[404, 409],
    )
    def post(self, request: Request, programme_id: int) -> HttpResponseBase:
        """By another officer than drafted it, once it is simulated, for a coming day; for good."""
        asked = self.parsed(ProgrammeDecision)
        programme = get_object_or_404(programmes_in_communities(communities=self.reach), pk=programme_id)
        if programme.community_id is None and not self.is_district_wide:
            raise Refused(403, "beyond_your_scope", "全区的方案由管全区的同事审批 (for officers of the whole district)")
        decided = decide_programme(programme=programme, officer=self.user, now=self.now, **asked)
        return Response(ProgrammeShape(decided).data)
