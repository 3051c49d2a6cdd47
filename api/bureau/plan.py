"""The plan's 47 with what departments reported, the quality of the data and truck loads by community."""

from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.bureau.shapes import JsonNumber
from api.bureau.view import AREA, BureauView
from api.documenting import documented
from api.paging import Code, PageQuery, RowId, cursor_key, page_of, page_shape
from api.periods import PeriodQuery
from collection.models import Destination, Load
from collection.queries import standing_loads
from indicators.models import Direction, IndicatorMeasure, Source
from indicators.quality import QualityFacts, parts_of, score_of
from indicators.queries.numbers import json_number
from indicators.queries.plan import latest_values, measures_of_plan
from indicators.queries.quality import read_quality
from sorting.categories import WasteCategory


class ReportedValueShape(serializers.Serializer[Any]):
    """What a department entered and a reviewer accepted."""

    value = JsonNumber(allow_null=True, help_text="以该项自己的单位")
    value_text = serializers.CharField(allow_blank=True)
    department = serializers.CharField(allow_blank=True)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    reported_at = serializers.DateTimeField(source="recorded_at")
    accepted_at = serializers.DateTimeField(source="review.reviewed_at")


class PlanMeasureShape(serializers.Serializer[Any]):
    """One measured quantity of the plan."""

    number = serializers.IntegerField(source="indicator.number")
    code = serializers.CharField()
    name = serializers.CharField()
    source = serializers.ChoiceField(source="indicator.source", choices=Source.choices)  # type: ignore[assignment]
    departments = serializers.ListField(source="indicator.departments", child=serializers.CharField())
    baseline_text = serializers.CharField(allow_blank=True)
    target_text = serializers.CharField(allow_blank=True)
    direction = serializers.ChoiceField(choices=Direction.choices)
    target = serializers.SerializerMethodField()
    unit = serializers.CharField(allow_blank=True)
    reported = serializers.SerializerMethodField()

    def get_target(self, measure: IndicatorMeasure) -> float | None:
        """In the measure's own unit, 35 for 35 %."""
        return json_number(measure.target)

    def get_reported(self, measure: IndicatorMeasure) -> dict[str, Any] | None:
        """The accepted value of the latest period; null where there is none, or where the platform computes it."""
        value = self.context["reported"].get(measure.pk)
        if value is None:
            return None
        return {**ReportedValueShape(value).data, "value": json_number(value.value)}


class PlanList(serializers.Serializer[Any]):
    """The measures of all 47, as the plan prints them."""

    items = PlanMeasureShape(many=True)


class Plan(BureauView):
    """The plan's indicators."""

    @documented("listPlan", "47 项指标及部门填报的数值", area=AREA, answer=PlanList)
    def get(self, request: Request) -> HttpResponseBase:
        """What the platform computes is under /bureau/indicators."""
        return Response(PlanList({"items": measures_of_plan()}, context={"reported": latest_values()}).data)


class QualityQuery(PeriodQuery, PageQuery):
    """A period, page by page."""


class QualityPartShape(serializers.Serializer[Any]):
    """`good` of `whole`."""

    name = serializers.CharField()
    good = serializers.IntegerField()
    whole = serializers.IntegerField()


class QualityShape(serializers.Serializer[Any]):
    """The data of one community. Without any there is no score."""

    community_id = serializers.IntegerField()
    community = serializers.CharField()
    score = serializers.FloatField(allow_null=True, help_text="0..1,各项的平均")
    parts = QualityPartShape(many=True)
    is_without_loads = serializers.BooleanField()


QualityPage = page_shape(QualityShape)


class DataQuality(BureauView):
    """How far the figures of each community can be trusted."""

    @documented("listDataQuality", "各小区数据质量得分", area=AREA, query=QualityQuery, answer=QualityPage)
    def get(self, request: Request) -> HttpResponseBase:
        """In the order in which the communities were registered."""
        asked = self.parsed(QualityQuery)
        after = cursor_key(text=asked.get("after"), kind=RowId) or 0
        places = self.reach.filter(pk__gt=after).order_by("pk")[: asked["limit"] + 1]
        page = page_of(rows=places, limit=asked["limit"], key=lambda place: place.pk)
        found = read_quality(period=asked["period"], community_ids=[place.pk for place in page.items])
        items = []
        for place in page.items:
            facts = found.by_community.get(place.pk, QualityFacts())
            parts = parts_of(facts=facts)
            score = score_of(facts=facts, parts=parts)
            items.append(
                {
                    "community_id": place.pk,
                    "community": place.name,
                    "score": None if score is None else float(score),
                    "parts": parts,
                    "is_without_loads": facts.is_without_loads,
                }
            )
        return Response(QualityPage({"items": items, "next": page.next}).data)


class LoadSumShape(serializers.Serializer[Any]):
    """What trucks took from a community of one category to one destination, corrections counted in."""

    community_id = serializers.IntegerField()
    community = serializers.CharField(source="community__name")
    category = serializers.ChoiceField(choices=WasteCategory.choices)
    destination = serializers.ChoiceField(choices=Destination.choices)
    load_count = serializers.IntegerField()
    weight_g = serializers.IntegerField()


LoadSumPage = page_shape(LoadSumShape)


class LoadSums(BureauView):
    """Truck loads by community."""

    @documented("listLoadSums", "各小区清运量", area=AREA, query=QualityQuery, answer=LoadSumPage)
    def get(self, request: Request) -> HttpResponseBase:
        """By community, category and destination."""
        asked = self.parsed(QualityQuery)
        after = cursor_key(text=asked.get("after"), kind=tuple[RowId, Code, Code])
        period = asked["period"]
        loads = standing_loads().filter(
            collected_on__range=(period.starts_on, period.ends_on), community__in=self.reach
        )
        sums = _after(loads=loads, key=after)
        rows = (
            sums.values("community_id", "community__name", "category", "destination")
            .annotate(load_count=Count("pk"), weight_g_sum=Sum("weight_g"))
            .order_by("community_id", "category", "destination")[: asked["limit"] + 1]
        )
        page = page_of(
            rows=[{**row, "weight_g": row["weight_g_sum"]} for row in rows],
            limit=asked["limit"],
            key=lambda row: (row["community_id"], row["category"], row["destination"]),
        )
        return Response(LoadSumPage(page).data)


def _after(*, loads: "QuerySet[Load]", key: tuple[int, str, str] | None) -> "QuerySet[Load]":
    if key is None:
        return loads
    community_id, category, destination = key
    return loads.filter(
        Q(community_id__gt=community_id)
        | Q(community_id=community_id, category__gt=category)
        | Q(community_id=community_id, category=category, destination__gt=destination)
    )
