"""What goes into the bureau's operations of figures and comes out."""

from typing import Any

from rest_framework import serializers

from api.paging import PageQuery
from api.periods import PeriodQuery
from sorting.categories import WasteCategory
from sorting.models import AlertKind

NAME_LENGTH_MAX = 80


class JsonNumber(serializers.FloatField):
    """A number as it is: whole ones stay whole."""

    def to_representation(self, value: Any) -> Any:
        """The number."""
        return value


class IndicatorsQuery(PeriodQuery):
    """A period, and one community or the indicators' own scope."""

    community = serializers.CharField(
        required=False, max_length=NAME_LENGTH_MAX, help_text="小区名;不填 = 各指标自己的范围"
    )


class Indicator(serializers.Serializer[Any]):
    """One indicator of a period, as `manage.py indicators --json` gives it. No data is null, never 0."""

    code = serializers.CharField()
    number = serializers.IntegerField(allow_null=True, help_text="方案中的序号")
    measure = serializers.CharField(allow_null=True)
    community = serializers.CharField(allow_null=True)
    value = JsonNumber(allow_null=True)
    unit = serializers.CharField()
    numerator = JsonNumber(allow_null=True)
    denominator = JsonNumber(allow_null=True)
    sample_count = serializers.IntegerField(allow_null=True)
    target = JsonNumber(allow_null=True)
    as_of = serializers.CharField()
    stale = serializers.BooleanField(help_text="还有未结算的记录")
    stages = serializers.DictField(child=serializers.IntegerField(allow_null=True), required=False)

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python's own."""
        return {**super().get_fields(), "from": serializers.CharField(), "to": serializers.CharField()}


class IndicatorList(serializers.Serializer[Any]):
    """Every indicator that the platform computes, in the order of the plan."""

    items = Indicator(many=True)


class CommunityDaysQuery(PeriodQuery, PageQuery):
    """A period, one community or all in reach, page by page."""

    community_id = serializers.IntegerField(required=False, min_value=1, max_value=10**18)


class CommunityDayShape(serializers.Serializer[Any]):
    """One community, one local date, one category."""

    community_id = serializers.IntegerField()
    community = serializers.CharField(source="community.name")
    occurred_on = serializers.DateField()
    category = serializers.ChoiceField(choices=WasteCategory.choices)
    drop_off_count = serializers.IntegerField()
    weight_g = serializers.IntegerField()
    household_count = serializers.IntegerField(help_text="有投放的住户数,未识别的不算")


class CommunityShape(serializers.Serializer[Any]):
    """A community, as it is registered."""

    community_id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    subdistrict = serializers.CharField(source="subdistrict.name")
    is_urban_core = serializers.BooleanField()
    is_pilot = serializers.BooleanField()
    sorted_collection_since = serializers.DateField(allow_null=True)
    sorted_transport_since = serializers.DateField(allow_null=True)
    household_count = serializers.IntegerField(allow_null=True, help_text="申报的户数")
    resident_count = serializers.IntegerField(allow_null=True, help_text="申报的人口")


class AlertsQuery(PageQuery):
    """Open ones, or all that there ever were."""

    is_open = serializers.BooleanField(required=False, default=True, help_text="false = 连同已结束的")


class AlertShape(serializers.Serializer[Any]):
    """Something that is wrong with a bin."""

    alert_id = serializers.IntegerField(source="pk")
    bin = serializers.CharField(source="bin.code")
    point = serializers.CharField(source="bin.point.name")
    community = serializers.CharField(source="bin.point.community.name")
    kind = serializers.ChoiceField(choices=AlertKind.choices)
    subject = serializers.CharField(allow_blank=True)
    detail = serializers.CharField(allow_blank=True)
    opened_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
