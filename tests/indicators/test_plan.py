"""The plan's 47 indicators stand in the database as the plan prints them."""

import csv
import io
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from indicators.catalogue import COMPUTED
from indicators.models import Direction, Indicator, IndicatorMeasure, Source

COMPOUND = {16: ("90", "100"), 17: ("318.5", "5.2"), 23: ("90", "95")}
# How the plan prints the two measures of one row: baseline and target, with a place for the words of each measure.
PRINTED = {
    16: ("{}：{}", "{}；{}"),
    17: ("农药：{}；化肥：{}", "农药使用量{}；化肥：{}"),
    23: ("产生{}；经营{}", "产生，{}；经营，{}"),
}
UNITS_PRINTED = {"%": "%", "t": "吨", "10k t": "万吨"}


def test_there_are_47_indicators_with_50_measures_three_of_them_compound(db: None) -> None:
    assert list(Indicator.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 48))
    counts = Counter(IndicatorMeasure.objects.values_list("indicator__number", flat=True))
    assert {number for number, count in counts.items() if count == 2} == {16, 17, 23}
    assert sum(counts.values()) == 50


@pytest.mark.parametrize("number", [16, 17, 23])
def test_a_compound_indicator_has_two_targets_of_its_own(db: None, number: int) -> None:
    targets = IndicatorMeasure.objects.filter(indicator__number=number).order_by("pk").values_list("target", flat=True)
    assert tuple(targets) == tuple(map(Decimal, COMPOUND[number]))


def test_a_measure_without_a_target_in_figures_says_it_in_words(db: None) -> None:
    in_words = IndicatorMeasure.objects.filter(direction=Direction.QUALITATIVE)
    assert in_words.count() == 10
    assert not in_words.filter(target_text="").exists()


def test_what_the_platform_computes_is_numbered_as_in_the_plan(db: None) -> None:
    computed = {entry.number for entry in COMPUTED if entry.number}
    by_platform = set(Indicator.objects.filter(source=Source.PLATFORM).values_list("number", flat=True))
    assert computed == by_platform - {34, 36, 37}, "34, 36 and 37 come from surveys"
    codes = {entry.number: entry.code for entry in COMPUTED if entry.number}
    for measure in IndicatorMeasure.objects.filter(indicator__number__in=computed).select_related("indicator"):
        assert measure.code == codes[measure.indicator.number]


def published_rows(*, real_data: Path) -> list[dict[str, str]]:
    """The plan's table as it was published."""
    with (real_data / "indicators.csv").open(encoding="utf8") as file:
        return list(csv.DictReader(file))


def test_every_fact_is_the_published_one(db: None, real_data: Path) -> None:
    published = published_rows(real_data=real_data)
    assert len(published) == 47
    for row in published:
        indicator = Indicator.objects.get(number=row["number"])
        assert (indicator.section, indicator.task) == (row["section_zh"], row["task_zh"])
        assert (indicator.name, indicator.name_en) == (row["name_zh"], row["name_en"])
        assert indicator.is_mandatory == (row["mandatory"] == "yes")
        assert indicator.source == row["source"].upper()
        assert indicator.departments == row["departments"].split(";")
        if indicator.number not in COMPOUND:
            measure = indicator.measures.get()
            assert (measure.baseline_text, measure.target_text) == (row["baseline_text"], row["target_2020_text"])
            assert (measure.direction, measure.unit) == (row["direction"].upper(), row["unit"])
            assert measure.target == (Decimal(row["target_2020"]) if row["target_2020"] else None)


@pytest.mark.parametrize("number", [16, 17, 23])
def test_the_two_measures_of_a_row_together_say_what_the_plan_prints(db: None, number: int, real_data: Path) -> None:
    row = next(each for each in published_rows(real_data=real_data) if each["number"] == str(number))
    measures = list(IndicatorMeasure.objects.filter(indicator__number=number).order_by("pk"))
    baseline, target = PRINTED[number]
    assert baseline.format(*(each.baseline_text for each in measures)) == row["baseline_text"]
    assert target.format(*(each.target_text for each in measures)) == row["target_2020_text"]
    # One row of two measures has no direction and no unit of its own in the table; its words have both.
    assert (row["direction"], row["unit"], row["target_2020"]) == ("qualitative", "", "")
    for measure in measures:
        assert f"{UNITS_PRINTED[measure.unit]}" in measure.baseline_text + measure.target_text
        assert measure.direction == (Direction.AT_MOST if number == 17 else Direction.AT_LEAST)


def test_the_plan_can_be_read_as_json_and_as_a_table(db: None) -> None:
    out = io.StringIO()
    call_command("indicators", "--plan", "--json", stdout=out)
    plan = json.loads(out.getvalue())
    assert [entry["number"] for entry in plan] == list(range(1, 48))
    assert [measure["target"] for measure in plan[16]["measures"]] == [318.5, 5.2]
    out = io.StringIO()
    call_command("indicators", "--plan", stdout=out)
    assert "农药使用量" in out.getvalue()
