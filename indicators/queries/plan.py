"""The plan's 47 indicators as the project holds them, with the measures of each."""

from indicators.models import Indicator, IndicatorMeasure, IndicatorValue, ValueReview
from indicators.queries.numbers import json_number


def read_plan() -> list[dict[str, object]]:
    """Every indicator by number; a target is in the measure's own unit, as the plan prints it (35 for 35 %)."""
    return [
        {
            "number": indicator.number,
            "section": indicator.section,
            "task": indicator.task,
            "name": indicator.name,
            "name_en": indicator.name_en,
            "is_mandatory": indicator.is_mandatory,
            "source": indicator.source,
            "departments": indicator.departments,
            "measures": [
                {
                    "code": measure.code,
                    "name": measure.name,
                    "name_en": measure.name_en,
                    "baseline_text": measure.baseline_text,
                    "target_text": measure.target_text,
                    "direction": measure.direction,
                    "target": json_number(measure.target),
                    "unit": measure.unit,
                }
                for measure in sorted(indicator.measures.all(), key=lambda measure: measure.pk)
            ],
        }
        for indicator in Indicator.objects.prefetch_related("measures").order_by("number")
    ]


def measures_of_plan() -> list[IndicatorMeasure]:
    """The measures of all 47 with their indicators, by number and then as the plan prints them. One query."""
    return list(IndicatorMeasure.objects.select_related("indicator").order_by("indicator__number", "pk"))


def latest_values() -> dict[int, IndicatorValue]:
    """By the key of the measure, the accepted value of the latest period, the last accepted where there are several."""
    accepted = IndicatorValue.objects.filter(review__verdict=ValueReview.Verdict.ACCEPTED)
    values = accepted.select_related("reported_by", "review__reviewed_by")
    # Later rows take the place of earlier ones.
    return {value.measure_id: value for value in values.order_by("ends_on", "review__reviewed_at", "pk")}
