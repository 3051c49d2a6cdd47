"""What an outsider finds when asking `indicators`: the rows, their keys, the exit codes, the queries."""

import datetime as dt
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from households.models import Community, Household
from indicators.facts import Period
from indicators.queries import read_indicators
from sorting.models import SmartBin
from tests.builders import make_community_day, make_drop_off, make_household_day, make_load
from tests.conftest import NOON, TODAY
from tests.indicators.asking import ask

KEYS = [
    "code", "number", "measure", "community", "value", "unit", "numerator", "denominator", "sample_count",
    "target", "from", "to", "as_of", "stale",
]  # fmt: skip
ROWS = [
    ("pilot_households", None, None, 10_000),
    ("sorting_coverage_rate", None, None, 0.3),
    ("recovery_rate", 7, "weighed", 0.35),
    ("recovery_rate", 7, "bin_side", None),
    ("collection_coverage_rate", 8, None, 0.3),
    ("waste_per_person_day_kg", 9, None, 0.9),
    ("hazardous_coverage_rate", 10, None, 0.3),
    ("landfill_kg", 11, None, 0),
    ("participation_rate", None, None, None),
    ("food_separation_rate", None, None, None),
    ("sorting_accuracy_rate", None, "random_sample", None),
    ("sorting_accuracy_rate", None, "spot_check", None),
]
NOVEMBER = {"starts_on": "2026-11-01", "ends_on": "2026-11-30"}


def test_every_code_of_the_contract_comes_in_its_order_with_its_target(db: None) -> None:
    rows = ask(**NOVEMBER)
    assert [(row["code"], row["number"], row["measure"], row["target"]) for row in rows] == ROWS


def test_every_row_has_the_keys_of_the_contract(db: None) -> None:
    for row in ask(**NOVEMBER):
        assert list(row)[:14] == KEYS
        assert set(row) - set(KEYS) == ({"stages"} if row["code"] == "pilot_households" else set())
        assert (row["from"], row["to"], row["community"], row["stale"]) == ("2026-11-01", "2026-11-30", None, False)
        assert dt.datetime.fromisoformat(row["as_of"]).utcoffset() is not None


def test_an_empty_district_has_no_rates_at_all(db: None) -> None:
    values = {(row["code"], row["measure"]): row["value"] for row in ask(**NOVEMBER)}
    assert values.pop(("pilot_households", None)) == 0
    assert set(values.values()) == {None}


@pytest.mark.parametrize(("ends_on", "target"), [("2019-12-31", 6_000), ("2020-01-01", 10_000)])
def test_the_pilots_target_is_6000_up_to_2019_and_10000_after(db: None, ends_on: str, target: int) -> None:
    assert ask(starts_on="2019-12-01", ends_on=ends_on)[0]["target"] == target


def test_an_unknown_community_is_wrong_usage(db: None) -> None:
    with pytest.raises(CommandError, match="没有小区“南山里”") as refusal:
        call_command("indicators", "--from", "2026-11-01", "--to", "2026-11-30", "--community", "南山里")
    assert refusal.value.returncode == 2


def test_a_period_that_ends_before_it_begins_is_wrong_usage(db: None) -> None:
    with pytest.raises(CommandError, match="--from 晚于 --to") as refusal:
        call_command("indicators", "--from", "2026-11-30", "--to", "2026-11-01")
    assert refusal.value.returncode == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["--from", "2026-11-31", "--to", "2026-12-31"],
        ["--from", "0001-01-01", "--to", "2026-12-31"],
        ["--from", "2026-11-01"],
        ["--from", "2026-11-30", "--to", "2026-11-01"],
    ],
)
def test_the_shell_sees_exit_code_2_for_wrong_usage(arguments: list[str], tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    environment = {**os.environ, "STATE_DIR": str(tmp_path), "DATABASE_URL": "", "FENFEN_DEMO": "1"}
    command = [sys.executable, "manage.py", "indicators", *arguments]
    answer = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout) == (2, "")


def test_the_table_for_people_shows_target_gap_and_a_dash_for_no_data(east_lake: Community) -> None:
    make_community_day(community=east_lake, on=TODAY, category="FOOD", weight_g=600)
    make_community_day(community=east_lake, on=TODAY, category="RESIDUAL", weight_g=400)
    make_load(community=east_lake, category="FOOD", destination="COMPOSTING", weight_g=300_000, on=TODAY)
    make_load(community=east_lake, category="RESIDUAL", destination="LANDFILL", weight_g=700_000, on=TODAY)
    out = io.StringIO()
    call_command("indicators", "--from", "2026-11-01", "--to", "2026-11-30", stdout=out)
    lines = {line.split("│")[2].strip(): line for line in out.getvalue().splitlines() if line.count("│") > 3}
    weighed = lines["试点小区回收利用率(过磅)"]
    assert "30.0 %" in weighed
    assert "35.0 %" in weighed
    assert "-5.0 百分点 ✗" in weighed
    assert "60.0 %" in lines["厨余垃圾分出率"]
    assert "—" in lines["投放准确率(抽查)"]


def test_the_number_of_queries_does_not_grow_with_the_data(
    east_lake: Community,
    west_park: Community,
    zhang: Household,
    li: Household,
    wang: Household,
    bin_07: SmartBin,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    period = Period(starts_on=dt.date(2026, 11, 1), ends_on=dt.date(2026, 11, 30))
    for household in (zhang, li, wang):
        for day in range(1, 11):
            on = dt.date(2026, 11, day)
            make_household_day(household=household, on=on)
            make_load(community=household.community, category="FOOD", destination="COMPOSTING", weight_g=1, on=on)
            make_drop_off(smart_bin=bin_07, household=household, occurred_at=NOON)
    with django_assert_num_queries(9):
        read_indicators(period=period, now=NOON)


def test_the_answer_is_one_json_document_even_with_a_community(east_lake: Community) -> None:
    rows: list[dict[str, Any]] = ask(**NOVEMBER, community="东湖花园")
    assert {row["community"] for row in rows} == {"东湖花园"}
    assert len(rows) == len(ROWS)
