"""Published months for the city's platform: what went out, and what it comes to today."""

import json
from fractions import Fraction
from typing import Any

from django.db.models import Q
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.bureau.shapes import JsonNumber
from api.bureau.view import AREA, BureauView
from api.documenting import documented
from api.paging import PageQuery, RowId, cursor_key, page_of, page_shape
from indicators.models import Publication, Stage
from indicators.queries.numbers import json_number
from indicators.queries.publications import publications
from indicators.queries.restated import restatements


class ExactNumber(JsonNumber):
    """A number that stands as exact text in the row; none is null."""

    def to_representation(self, value: Any) -> Any:
        """Whole ones stay whole."""
        return json_number(Fraction(value)) if value else None


class PublishedRuleShape(serializers.Serializer[Any]):
    """A points programme on the days of the month on which it held; of the district where there is no community."""

    community_id = serializers.IntegerField(allow_null=True)
    programme_id = serializers.IntegerField()
    programme = serializers.CharField(source="programme.name")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    programme_digest = serializers.CharField(help_text="SHA-256,方案及其规则")


class PublicationShape(serializers.Serializer[Any]):
    """A published month."""

    publication_number = serializers.IntegerField(source="number")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    stage = serializers.ChoiceField(choices=Stage.choices)
    proposed_by = serializers.CharField(source="proposed_by.username")
    confirmed_by = serializers.CharField(source="confirmed_by.username")
    confirmed_at = serializers.DateTimeField()
    stale = serializers.BooleanField(source="is_stale", help_text="当时还有未结算的记录")
    waiting_count = serializers.IntegerField(help_text="当时未结算的投放")
    stale_reason = serializers.CharField(allow_blank=True)
    figure_count = serializers.IntegerField()
    digest = serializers.SerializerMethodField()
    rules = serializers.SerializerMethodField()

    def get_digest(self, publication: Publication) -> str:
        """In hex; each is over the one before."""
        return bytes(publication.digest).hex()

    def get_rules(self, publication: Publication) -> list[dict[str, Any]]:
        """The district's programmes; in reach also communities' own."""
        reached = self.context["reached"]
        rules = [each for each in publication.rules.all() if each.community_id is None or each.community_id in reached]
        return list(PublishedRuleShape(rules, many=True).data)


class PublishedFigureShape(serializers.Serializer[Any]):
    """A figure as it was published; of the district where there is no community."""

    code = serializers.CharField()
    measure = serializers.CharField(allow_blank=True)
    community_id = serializers.IntegerField(allow_null=True)
    value = ExactNumber(allow_null=True)
    numerator = ExactNumber(allow_null=True)
    denominator = ExactNumber(allow_null=True)
    sample_count = serializers.IntegerField(allow_null=True)
    stages = serializers.SerializerMethodField()
    formula_version = serializers.IntegerField()

    def get_stages(self, figure: Any) -> dict[str, int | None] | None:
        """The funnel, where there is one."""
        stages: dict[str, int | None] | None = json.loads(figure.stages) if figure.stages else None
        return stages


class RestatementShape(serializers.Serializer[Any]):
    """One field of a published figure that is another today; a side that has none is empty. Numbers are exact text."""

    code = serializers.CharField()
    measure = serializers.CharField(allow_blank=True)
    community_id = serializers.IntegerField(allow_null=True)
    field = serializers.CharField(help_text="value、numerator、denominator、sample_count、stages 或 formula_version")
    published = serializers.CharField(allow_blank=True, help_text='如 "350" 或 "7/20"')
    today = serializers.CharField(allow_blank=True)
    by = serializers.CharField(allow_blank=True, help_text="今天减已发布")


PublicationPage = page_shape(PublicationShape)
PublishedFigurePage = page_shape(PublishedFigureShape)
RestatementPage = page_shape(RestatementShape)


class Publications(BureauView):
    """The months that are out."""

    @documented("listPublications", "已发布的月份", area=AREA, query=PageQuery, answer=PublicationPage)
    def get(self, request: Request) -> HttpResponseBase:
        """The last one first."""
        asked = self.parsed(PageQuery)
        found = publications().prefetch_related("rules__programme")
        before = cursor_key(text=asked.get("after"), kind=RowId)
        if before is not None:
            found = found.filter(number__lt=before)
        page = page_of(rows=found[: asked["limit"] + 1], limit=asked["limit"], key=lambda each: each.number)
        return Response(PublicationPage(page, context={"reached": frozenset(self.reached_ids())}).data)


class PublishedFigures(BureauView):
    """The figures of one published month."""

    @documented(
        "listPublishedFigures",
        "一个已发布月份的数据",
        area=AREA,
        query=PageQuery,
        answer=PublishedFigurePage,
        refused=[404],
    )
    def get(self, request: Request, publication_number: int) -> HttpResponseBase:
        """The district's first, then by community. Who watches a part of the district has its communities only."""
        asked = self.parsed(PageQuery)
        publication = get_object_or_404(Publication, number=publication_number)
        theirs = Q(community__in=self.reach) | (Q(community__isnull=True) if self.is_district_wide else Q(pk__in=[]))
        after = cursor_key(text=asked.get("after"), kind=RowId) or 0
        found = publication.figures.filter(theirs, pk__gt=after).order_by("pk")
        page = page_of(rows=found[: asked["limit"] + 1], limit=asked["limit"], key=lambda each: each.pk)
        return Response(PublishedFigurePage(page).data)


class Restatements(BureauView):
    """What one published month comes to today where that is something else."""

    @documented(
        "listRestatements",
        "一个已发布月份今天的重述",
        area=AREA,
        query=PageQuery,
        answer=RestatementPage,
        refused=[404],
    )
    def get(self, request: Request, publication_number: int) -> HttpResponseBase:
        """Computed when asked; the cursor counts rows, so that a change between two pages may show a row twice."""
        asked = self.parsed(PageQuery)
        publication = get_object_or_404(Publication, number=publication_number)
        reached = frozenset(self.reached_ids())
        start = cursor_key(text=asked.get("after"), kind=RowId) or 0
        found = [
            (number, each)
            for number, each in enumerate(restatements(publication=publication), start=1)
            if self.is_district_wide or each.community_id in reached
        ]
        rows = [(number, each) for number, each in found if number > start][: asked["limit"] + 1]
        page = page_of(rows=rows, limit=asked["limit"], key=lambda each: each[0])
        items = [each for _number, each in page.items]
        return Response(RestatementPage({"items": items, "next": page.next}).data)
