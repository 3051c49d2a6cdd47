"""import_bins: points, their windows and their bins, in files as clerks make them."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from households.models import Community
from sorting.models import CollectionPoint, OpenWindow, SmartBin
from sorting.open_windows import END_OF_DAY, WindowsInvalid, parse_windows
from tests.importing import outcome, run_import, write_table, write_workbook

HEADINGS = "collection_point,community,latitude,longitude,open_windows,bin,categories"
HEADINGS_ZH = "投放点,小区,纬度,经度,投放时段,智能桶,收集类别"
EAST = "东门,东湖花园,34.03,113.85,07:00-09:00;18:00-20:00,B-0001,FOOD;RESIDUAL"


def load(tmp_path: Path, *rows: str, headings: str = HEADINGS, options: tuple[str, ...] = ()) -> tuple[int, Any]:
    code, report = run_import("import_bins", write_table(tmp_path / "bins.csv", headings, *rows), *options)
    return code, outcome(report)


def windows(point: str = "东门") -> list[str]:
    return [str(window) for window in OpenWindow.objects.filter(point__name=point).order_by("starts_at")]


@pytest.mark.django_db
@pytest.mark.parametrize("headings", [HEADINGS, HEADINGS_ZH])
def test_a_bin_comes_with_its_point_and_its_windows(east_lake: Community, tmp_path: Path, headings: str) -> None:
    assert load(tmp_path, EAST, headings=headings) == (0, (1, 0, 0, []))
    smart_bin = SmartBin.objects.select_related("point").get()
    assert (smart_bin.code, smart_bin.categories) == ("B-0001", "FOOD;RESIDUAL")
    assert (smart_bin.point.name, smart_bin.point.community) == ("东门", east_lake)
    assert (smart_bin.point.latitude, smart_bin.point.longitude) == (34.03, 113.85)
    assert windows() == ["07:00-09:00", "18:00-20:00"]


@pytest.mark.django_db
@pytest.mark.usefixtures("east_lake")
def test_a_workbook_does_as_well(tmp_path: Path) -> None:
    row = ["东门", "东湖花园", 34.03, 113.85, "07:00-09:00;18:00-20:00", "B-0001", "厨余垃圾、其他垃圾"]
    code, report = run_import("import_bins", write_workbook(tmp_path / "b.xlsx", HEADINGS_ZH.split(","), row))
    assert (code, outcome(report)) == (0, (1, 0, 0, []))
    assert load(tmp_path, EAST) == (0, (0, 0, 1, []))


@pytest.mark.django_db
@pytest.mark.usefixtures("east_lake")
def test_repeating_a_file_changes_nothing_in_whatever_order_categories_and_windows_stand(tmp_path: Path) -> None:
    load(tmp_path, EAST)
    window_ids = list(OpenWindow.objects.values_list("pk", flat=True))
    same = "东门,东湖花园,34.030,113.85,18:00-20:00；7:00-9:00,B-0001,RESIDUAL;FOOD;FOOD"
    assert load(tmp_path, EAST, same) == (0, (0, 0, 2, []))
    assert load(
        tmp_path, "东门,东湖花园,B-0001,FOOD;RESIDUAL", headings="collection_point,community,bin,categories"
    ) == (
        0,
        (0, 0, 1, []),
    )
    assert list(OpenWindow.objects.values_list("pk", flat=True)) == window_ids


@pytest.mark.django_db
@pytest.mark.usefixtures("east_lake", "west_park")
@pytest.mark.parametrize(
    "row",
    [
        EAST.replace("FOOD;RESIDUAL", "HAZARDOUS"),
        EAST.replace("34.03", "34.04"),
        EAST.replace("07:00-09:00;", ""),
        EAST.replace("07:00-09:00;18:00-20:00", ""),
        EAST.replace("东门", "西门"),
        EAST.replace("东湖花园", "西园新村"),
    ],
)
def test_other_values_change_the_bin_or_its_point(tmp_path: Path, row: str) -> None:
    load(tmp_path, EAST)
    assert load(tmp_path, row) == (0, (0, 1, 0, []))
    assert load(tmp_path, row) == (0, (0, 0, 1, []))
    assert SmartBin.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("east_lake")
def test_no_windows_is_open_all_day_and_one_row_of_a_point_may_speak_for_the_others(tmp_path: Path) -> None:
    second = "东门,东湖花园,,,,B-0002,RECYCLABLE"
    assert load(tmp_path, second, EAST) == (0, (2, 0, 0, []))
    assert windows() == ["07:00-09:00", "18:00-20:00"]
    assert load(tmp_path, second, EAST) == (0, (0, 0, 2, []))
    assert load(tmp_path, second) == (0, (0, 1, 0, []))
    assert windows() == []
    assert CollectionPoint.objects.get().latitude == 34.03


@pytest.mark.django_db
@pytest.mark.usefixtures("east_lake")
def test_two_bins_that_say_different_things_of_their_point_are_not_both_believed(tmp_path: Path) -> None:
    second = EAST.replace("B-0001", "B-0002")
    assert load(tmp_path, EAST, second.replace("18:00-20:00", "18:00-21:00"), second.replace("34.03", "35")) == (
        1,
        (1, 0, 0, [(3, "collection_point_differs"), (4, "collection_point_differs")]),
    )
    # The same bin twice is the later row's.
    assert load(tmp_path, EAST, EAST.replace("18:00-20:00", "18:00-21:00")) == (0, (0, 1, 1, []))
    assert windows() == ["07:00-09:00", "18:00-21:00"]


@pytest.mark.django_db
@pytest.mark.usefixtures("east_lake")
def test_what_is_refused_names_its_line_and_says_why(tmp_path: Path) -> None:
    code, (created, _, _, refused) = load(
        tmp_path,
        EAST.replace("东湖花园", "南山小区"),
        EAST.replace("FOOD;RESIDUAL", "GLASS"),
        EAST.replace("FOOD;RESIDUAL", ";"),
        EAST.replace("34.03", "91"),
        EAST.replace("34.03", ""),
        EAST.replace("113.85", "east"),
        EAST.replace("07:00", "08:30").replace("09:00", "19:00"),
        EAST.replace("B-0001", ""),
        EAST.replace("东门", ""),
        EAST,
    )
    assert (code, created) == (1, 1)
    assert refused == [
        (2, "community_unknown"),
        (3, "category_unknown"),
        (4, "missing_value"),
        (5, "out_of_range"),
        (6, "missing_value"),
        (7, "not_a_number"),
        (8, "windows_invalid"),
        (9, "missing_value"),
        (10, "missing_value"),
    ]


@pytest.mark.django_db
@pytest.mark.usefixtures("east_lake")
def test_strict_loads_none_if_one_is_bad_and_a_missing_column_is_wrong_usage(tmp_path: Path) -> None:
    bad = EAST.replace("东湖花园", "南山小区").replace("B-0001", "B-0002")
    assert load(tmp_path, EAST, bad, options=("--strict",)) == (1, (0, 0, 0, [(3, "community_unknown")]))
    assert not CollectionPoint.objects.exists()
    path = write_table(tmp_path / "b.csv", HEADINGS.replace("categories", "kinds"), EAST)
    assert run_import("import_bins", path) == (2, {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" ; ", []),
        ("07:00-09:00", [(dt.time(7), dt.time(9))]),
        ("18:00-20:00;7:00-9:30", [(dt.time(7), dt.time(9, 30)), (dt.time(18), dt.time(20))]),
        ("07:00-09:00；09:00-10:00", [(dt.time(7), dt.time(9)), (dt.time(9), dt.time(10))]),
        ("00:00-24:00", [(dt.time(0), END_OF_DAY)]),
    ],
)
def test_windows_as_people_write_them(text: str, expected: list[tuple[dt.time, dt.time]]) -> None:
    assert parse_windows(text=text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("07:00-09:00;08:59-10:00", "重叠"),
        ("07:00-09:00;07:00-09:00", "重叠"),
        ("00:00-24:00;07:00-09:00", "重叠"),
        ("22:00-02:00", "两段"),
        ("07:00-07:00", "两段"),
        ("25:00-26:00", "时刻"),
        ("07:00-09:60", "时刻"),
        ("24:00-24:00", "时刻"),
        ("07:00-24:01", "时刻"),
        ("7-9", "07:00-09:00"),
        ("０7:00-09:00", "07:00-09:00"),
        ("07:00-09:00 18:00-20:00", "07:00-09:00"),
        (";".join(f"{hour:02d}:00-{hour:02d}:30" for hour in range(13)), "12"),
    ],
)
def test_windows_that_make_no_sense_are_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(WindowsInvalid, match=words):
        parse_windows(text=text)


@given(minutes=st.lists(st.integers(0, 1_439), min_size=2, max_size=20, unique=True).map(sorted))
def test_windows_apart_from_each_other_are_read_back_as_written(minutes: list[int]) -> None:
    times = [dt.time(minute // 60, minute % 60) for minute in minutes]
    pairs = list(zip(times[::2], times[1::2], strict=False))
    text = ";".join(f"{starts_at:%H:%M}-{ends_at:%H:%M}" for starts_at, ends_at in reversed(pairs))
    assert parse_windows(text=text) == pairs
