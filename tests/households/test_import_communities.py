"""import_communities: the contract's columns, key and exit codes, in files as clerks make them."""

import datetime as dt
import json
from pathlib import Path

import pytest

from households.models import Community, Subdistrict
from tests.halves import DATA_ABSENT, REAL_DATA_DIR
from tests.importing import outcome, run_import, write_table, write_workbook

pytestmark = pytest.mark.django_db
HEADINGS = (
    "subdistrict,community,is_urban_core,is_pilot,household_count,resident_count,"
    "sorted_collection_since,sorted_transport_since"
)
HEADINGS_ZH = "街道/乡镇,小区,中心城区,试点,户数,人口,分类收集开始,分类运输开始"
ROW = "东城街道,东湖花园,是,yes,400,1100,2026-01-01,2026-02-01"


def run(path: Path, *options: str) -> tuple[int, tuple[int, int, int, list[tuple[int, str]]]]:
    code, report = run_import("import_communities", path, *options)
    return code, outcome(report)


@pytest.mark.parametrize("headings", [HEADINGS, HEADINGS_ZH])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_community_is_registered_with_all_that_the_file_says(tmp_path: Path, headings: str, encoding: str) -> None:
    assert run(write_table(tmp_path / "c.csv", headings, ROW, encoding=encoding)) == (0, (1, 0, 0, []))
    community = Community.objects.get()
    assert (community.subdistrict.name, community.name) == ("东城街道", "东湖花园")
    assert (community.is_urban_core, community.is_pilot) == (True, True)
    assert (community.household_count, community.resident_count) == (400, 1_100)
    assert community.sorted_collection_since == dt.date(2026, 1, 1)
    assert community.sorted_transport_since == dt.date(2026, 2, 1)


def test_a_workbook_does_as_well(tmp_path: Path) -> None:
    row = ["东城街道", "东湖花园", True, 0, 400, "", dt.date(2026, 1, 1), None]
    path = write_workbook(tmp_path / "c.xlsx", HEADINGS_ZH.split(","), row)
    assert run(path) == (0, (1, 0, 0, []))
    community = Community.objects.get()
    assert (community.is_urban_core, community.is_pilot, community.household_count) == (True, False, 400)
    assert (community.resident_count, community.sorted_collection_since) == (None, dt.date(2026, 1, 1))


def test_optional_columns_may_be_absent_and_empty_cells_leave_what_is_there(tmp_path: Path) -> None:
    write_table(tmp_path / "full.csv", HEADINGS, ROW)
    short = write_table(tmp_path / "short.csv", "subdistrict,community,is_urban_core,is_pilot", "东城街道,东湖花园,1,1")
    empty = write_table(tmp_path / "empty.csv", HEADINGS, "东城街道,东湖花园,true,true,,,,")
    assert run(tmp_path / "full.csv") == (0, (1, 0, 0, []))
    assert run(short) == (0, (0, 0, 1, []))
    assert run(empty) == (0, (0, 0, 1, []))
    assert Community.objects.get().household_count == 400


def test_an_outline_comes_with_the_file_and_a_bad_one_is_refused_with_its_line(tmp_path: Path) -> None:
    headings = [*HEADINGS_ZH.split(",")[:4], "小区范围", "街道范围"]
    square, wide = (
        {"type": "Polygon", "coordinates": [[[0, 0], [side, 0], [side, side], [0, side], [0, 0]]]} for side in (1, 2)
    )
    open_ring = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}
    row = ["东城街道", "东湖花园", "是", "是", json.dumps(square), json.dumps(wide)]
    bad = ["东城街道", "西园小区", "是", "否", json.dumps(open_ring), ""]
    path = write_workbook(tmp_path / "c.xlsx", headings, row, bad)
    assert run(path) == (1, (1, 0, 0, [(3, "outline_invalid")]))
    assert (Community.objects.get().outline, Subdistrict.objects.get().outline) == (square, wide)
    assert run(path) == (1, (0, 0, 1, [(3, "outline_invalid")]))
    moved = write_workbook(tmp_path / "d.xlsx", headings, [*row[:5], json.dumps(square)])
    assert run(moved) == (0, (0, 1, 0, []))
    assert Subdistrict.objects.get().outline == square
    empty = write_workbook(tmp_path / "e.xlsx", headings, [*row[:4], "", ""])
    assert run(empty) == (0, (0, 0, 1, []))
    assert Community.objects.get().outline == square


def test_repeating_a_file_changes_nothing_and_other_values_change(tmp_path: Path) -> None:
    path = write_table(tmp_path / "c.csv", HEADINGS, ROW)
    run(path)
    assert run(path) == (0, (0, 0, 1, []))
    other = ROW.replace("东城街道", "西关街道").replace(",400,", ",401,")
    assert run(write_table(tmp_path / "d.csv", HEADINGS, other)) == (0, (0, 1, 0, []))
    community = Community.objects.get()
    assert (community.subdistrict.name, community.household_count) == ("西关街道", 401)


def test_a_community_twice_in_a_file_is_changed_by_the_later_row(tmp_path: Path) -> None:
    path = write_table(tmp_path / "c.csv", HEADINGS, ROW, ROW.replace(",400,", ",500,"))
    assert run(path) == (0, (1, 1, 0, []))
    assert Community.objects.get().household_count == 500


def test_a_community_that_is_no_pilot_any_more_has_no_first_day_of_it(tmp_path: Path) -> None:
    path = write_table(tmp_path / "c.csv", HEADINGS, ROW)
    run(path)
    Community.objects.update(pilot_since=dt.date(2026, 1, 1))
    assert run(path) == (0, (0, 0, 1, []))
    assert run(write_table(tmp_path / "d.csv", HEADINGS, ROW.replace("yes", "no"))) == (0, (0, 1, 0, []))
    assert Community.objects.get().pilot_since is None


def test_bad_rows_are_refused_by_line_and_good_ones_load(tmp_path: Path) -> None:
    path = write_table(
        tmp_path / "c.csv",
        HEADINGS,
        ",东湖花园,是,是,,,,",
        "东城街道,东湖花园,可能,是,,,,",
        "东城街道,东湖花园,是,是,４００,,,",
        "东城街道,东湖花园,是,是,-1,,,",
        "东城街道,东湖花园,是,是,,,2026-02-30,",
        "东城街道,东湖花园,是,是,,,,,extra",
        f"东城街道,{'长' * 81},是,是,,,,",
        ROW,
    )
    report_path = tmp_path / "report.json"
    code, report = run_import("import_communities", path, "--report", str(report_path))
    assert (code, outcome(report)) == (
        1,
        (
            1,
            0,
            0,
            [
                (2, "missing_value"),
                (3, "not_yes_or_no"),
                (4, "not_a_whole_number"),
                (5, "not_a_whole_number"),
                (6, "date_invalid"),
                (7, "too_many_cells"),
                (8, "too_long"),
            ],
        ),
    )
    assert set(report) == {"created", "changed", "unchanged", "refused"}
    assert set(report["refused"][0]) == {"line", "code", "message", "row"}
    assert report["refused"][1]["row"]["is_urban_core"] == "可能"
    assert "中心城区" in report["refused"][1]["message"]
    assert report_path.read_bytes().decode() != ""


def test_strict_loads_none_if_one_is_bad(tmp_path: Path) -> None:
    path = write_table(tmp_path / "c.csv", HEADINGS, ROW, "东城街道,西园新村,可能,是,,,,")
    assert run(path, "--strict") == (1, (0, 0, 0, [(3, "not_yes_or_no")]))
    assert not Community.objects.exists()
    assert not Subdistrict.objects.exists()
    assert run(write_table(path, HEADINGS, ROW), "--strict") == (0, (1, 0, 0, []))


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("subdistrict,community,is_pilot\n", []),
        ("", []),
        (None, []),
        (f"{HEADINGS}\n", ["--report", "/nowhere/at/all.json"]),
    ],
)
def test_a_file_that_cannot_be_used_is_wrong_usage(tmp_path: Path, content: str | None, options: list[str]) -> None:
    path = tmp_path / "c.csv"
    if content is not None:
        path.write_text(content, encoding="utf8")
    assert run_import("import_communities", path, *options) == (2, {})


def test_the_report_never_overwrites_the_file_it_speaks_of(tmp_path: Path) -> None:
    path = write_table(tmp_path / "c.csv", HEADINGS, ROW)
    assert run_import("import_communities", path, "--report", str(path)) == (2, {})
    assert path.read_text(encoding="utf8").startswith(HEADINGS)


def test_the_real_communities_load(tmp_path: Path) -> None:
    path = REAL_DATA_DIR / "communities_nyc.csv"
    if not path.is_file():
        pytest.skip(f"{path}: {DATA_ABSENT}")
    assert run(path) == (0, (59, 0, 0, []))
    assert run(path) == (0, (0, 0, 59, []))
    assert Community.objects.get(name="Bronx 01").resident_count == 96_910
