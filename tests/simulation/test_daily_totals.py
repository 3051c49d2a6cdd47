"""Rows that no day can look like are refused with their line and the reason; the others are read."""

import datetime as dt

import pytest

from lib.tables import Refusal, TableRow
from simulation.daily_totals import DailyTotal, read_totals

NEW_YEAR = dt.date(2019, 1, 1)
ROW = {"date": "2019-01-01", "community": "Anyang", "weight_g": "4379300", "drop_offs": "2219"}


def read_one(**changes: str) -> tuple[list[DailyTotal], list[str]]:
    totals, refused = read_totals(rows=[TableRow(2, ROW | changes)], from_on=NEW_YEAR, to_on=NEW_YEAR)
    return totals, [refusal.code for refusal in refused]


def test_a_published_day_is_read_as_it_is() -> None:
    assert read_one() == ([DailyTotal(2, NEW_YEAR, "Anyang", 4_379_300, 2_219)], [])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"weight_g": "110950001"}, "over_50_kg_a_drop_off"),
        ({"weight_g": "2218"}, "under_1_g_a_drop_off"),
        ({"weight_g": "0"}, "under_1_g_a_drop_off"),
        ({"drop_offs": "0"}, "weight_without_drop_offs"),
        ({"weight_g": "-5"}, "negative"),
        ({"drop_offs": "-2219"}, "negative"),
        ({"weight_g": "4379300.5"}, "not_a_whole_number"),
        ({"weight_g": "NaN"}, "not_a_whole_number"),
        ({"weight_g": "1e3"}, "not_a_whole_number"),
        ({"weight_g": "４"}, "not_a_whole_number"),
        ({"drop_offs": ""}, "missing"),
        ({"weight_g": " "}, "missing"),
        ({"community": ""}, "missing"),
        ({"date": ""}, "missing"),
        ({"date": "2019-02-29"}, "date_invalid"),
        ({"date": "1/1/2019"}, "date_invalid"),
        ({"drop_offs": "1000001", "weight_g": "2000000"}, "too_many_drop_offs"),
    ],
)
def test_an_impossible_day_is_refused_with_its_reason(changes: dict[str, str], code: str) -> None:
    assert read_one(**changes) == ([], [code])


@pytest.mark.parametrize("weight_g", ["2219", "110950000"])
def test_the_lightest_and_the_heaviest_possible_day_are_taken(weight_g: str) -> None:
    totals, refused = read_one(weight_g=weight_g)

    assert [total.weight_g for total in totals] == [int(weight_g)]
    assert refused == []


def test_nothing_and_nothing_is_an_empty_day() -> None:
    assert read_one(weight_g="0", drop_offs="0") == ([DailyTotal(2, NEW_YEAR, "Anyang", 0, 0)], [])


def test_a_spreadsheets_midnight_is_a_date() -> None:
    assert read_one(date="2019-01-01 00:00:00")[0][0].date == NEW_YEAR


def test_days_outside_the_period_are_passed_over_good_or_bad() -> None:
    rows = [
        TableRow(2, ROW | {"date": "2018-12-31"}),
        TableRow(3, ROW | {"date": "2019-01-02", "weight_g": "-1"}),
        TableRow(4, ROW),
    ]

    totals, refused = read_totals(rows=rows, from_on=NEW_YEAR, to_on=NEW_YEAR)

    assert [total.line for total in totals] == [4]
    assert refused == []


def test_a_refusal_names_line_code_message_and_row() -> None:
    _totals, refused = read_totals(rows=[TableRow(7, ROW | {"weight_g": "-1"})], from_on=NEW_YEAR, to_on=NEW_YEAR)

    assert refused[0].as_json() == {
        "line": 7,
        "code": "negative",
        "message": "重量不能是负数:-1 (weight_g is negative)",
        "row": ROW | {"weight_g": "-1"},
    }


def test_a_row_that_cannot_be_read_is_refused_as_the_table_said() -> None:
    row = TableRow(9, {}, Refusal("row_unreadable", "第9行读不出来"))

    _totals, refused = read_totals(rows=[row], from_on=NEW_YEAR, to_on=NEW_YEAR)

    assert [(each.line, each.code) for each in refused] == [(9, "row_unreadable")]
