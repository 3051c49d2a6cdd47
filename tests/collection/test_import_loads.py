"""import_loads: weights to the gram, conflicts kept, in files as clerks make them."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from collection.models import Load
from collection.weights import WeightTooFine, grams_of
from households.models import Community
from tests.halves import DATA_ABSENT, REAL_DATA_DIR
from tests.importing import outcome, run_import, write_table, write_workbook

HEADINGS = "load_id,collected_on,community,category,weight_kg,destination"
HEADINGS_ZH = "清运单号,清运日期,小区,类别,重量(千克),去向"
ROW = "L-1,2026-11-20,东湖花园,FOOD,1234.567,COMPOSTING"


def load(tmp_path: Path, *rows: str, headings: str = HEADINGS, options: tuple[str, ...] = ()) -> tuple[int, Any]:
    code, report = run_import("import_loads", write_table(tmp_path / "loads.csv", headings, *rows), *options)
    return code, outcome(report)


@pytest.mark.django_db
@pytest.mark.parametrize("headings", [HEADINGS, HEADINGS_ZH])
def test_a_load_is_recorded_to_the_gram(east_lake: Community, tmp_path: Path, headings: str) -> None:
    assert load(tmp_path, ROW, headings=headings) == (0, (1, 0, 0, []))
    row = Load.objects.get()
    assert (row.load_id, row.collected_on, row.community) == ("L-1", dt.date(2026, 11, 20), east_lake)
    assert (row.category, row.weight_g, row.destination) == ("FOOD", 1_234_567, "COMPOSTING")


@pytest.mark.django_db
@pytest.mark.usefixtures("east_lake")
def test_a_workbook_does_as_well(tmp_path: Path) -> None:
    row = ["L-1", dt.date(2026, 11, 20), "东湖花园", "厨余垃圾", 1234.567, "堆肥"]
    code, report = run_import("import_loads", write_workbook(tmp_path / "l.xlsx", HEADINGS_ZH.split(","), row))
    assert (code, outcome(report)) == (0, (1, 0, 0, []))
    assert load(tmp_path, ROW) == (0, (0, 0, 1, []))


@pytest.mark.django_db
@pytest.mark.usefixtures("east_lake", "west_park")
@pytest.mark.parametrize(
    "other",
    [
        ROW.replace("1234.567", "1234.568"),
        ROW.replace("FOOD", "RESIDUAL"),
        ROW.replace("COMPOSTING", "LANDFILL"),
        ROW.replace("2026-11-20", "2026-11-19"),
        ROW.replace("东湖花园", "西园新村"),
    ],
)
def test_the_same_id_with_other_facts_is_a_conflict_and_the_first_record_stands(tmp_path: Path, other: str) -> None:
    assert load(tmp_path, ROW, other, ROW) == (1, (1, 0, 1, [(3, "conflict")]))
    before = Load.objects.values().get()
    assert load(tmp_path, other) == (1, (0, 0, 0, [(2, "conflict")]))
    assert load(tmp_path, ROW.replace("1234.567", "01234.5670")) == (0, (0, 0, 1, []))
    assert Load.objects.values().get() == before


@pytest.mark.django_db
@pytest.mark.usefixtures("east_lake")
def test_what_is_refused_names_its_line_and_says_why(tmp_path: Path) -> None:
    code, (created, _, _, refused) = load(
        tmp_path,
        ROW.replace("东湖花园", "南山小区"),
        ROW.replace("1234.567", "1.2345"),
        ROW.replace("1234.567", "0"),
        ROW.replace("1234.567", "-1"),
        ROW.replace("1234.567", "１２"),
        ROW.replace("1234.567", "1e3"),
        ROW.replace("1234.567", ""),
        ROW.replace("1234.567", "9999999999"),
        ROW.replace("FOOD", "GLASS"),
        ROW.replace("COMPOSTING", "THE_RIVER"),
        ROW.replace("2026-11-20", "2999-01-01"),
        ROW.replace("2026-11-20", ""),
        ROW.replace("L-1", ""),
        ROW.replace("L-1", "x" * 121),
        ROW,
    )
    assert (code, created) == (1, 1)
    assert refused == [
        (2, "community_unknown"),
        (3, "weight_too_fine"),
        (4, "out_of_range"),
        (5, "out_of_range"),
        (6, "not_a_number"),
        (7, "not_a_number"),
        (8, "missing_value"),
        (9, "out_of_range"),
        (10, "category_unknown"),
        (11, "destination_unknown"),
        (12, "date_in_future"),
        (13, "missing_value"),
        (14, "missing_value"),
        (15, "too_long"),
    ]


@pytest.mark.django_db
@pytest.mark.usefixtures("east_lake")
def test_a_load_of_today_is_taken_and_one_of_tomorrow_is_not_by_the_local_day(tmp_path: Path) -> None:
    with time_machine.travel("2026-11-22T16:30:00Z", tick=False):  # 00:30 on the 23rd in Shanghai
        assert load(tmp_path, ROW.replace("11-20", "11-23"), ROW.replace("L-1,2026-11-20", "L-2,2026-11-24")) == (
            1,
            (1, 0, 0, [(3, "date_in_future")]),
        )


@pytest.mark.django_db
@pytest.mark.usefixtures("east_lake")
def test_strict_loads_none_if_one_is_in_conflict_and_a_missing_column_is_wrong_usage(tmp_path: Path) -> None:
    rows = (ROW, ROW.replace("1234.567", "1"))
    assert load(tmp_path, *rows, options=("--strict",)) == (1, (0, 0, 0, [(3, "conflict")]))
    assert not Load.objects.exists()
    path = write_table(tmp_path / "l.csv", HEADINGS.replace("weight_kg", "weight"), ROW)
    assert run_import("import_loads", path) == (2, {})


@pytest.mark.django_db
def test_the_real_loads_of_a_year_keep_every_gram(tmp_path: Path) -> None:
    communities, loads = REAL_DATA_DIR / "communities_nyc.csv", REAL_DATA_DIR / "loads_2024.csv"
    if not (communities.is_file() and loads.is_file()):
        pytest.skip(f"{REAL_DATA_DIR}: {DATA_ABSENT}")
    run_import("import_communities", communities)
    code, report = run_import("import_loads", loads)
    assert (code, outcome(report)) == (0, (2_773, 0, 0, []))
    code, report = run_import("import_loads", loads)
    assert (code, outcome(report)) == (0, (0, 0, 2_773, []))
    lines = loads.read_text(encoding="utf8").splitlines()[1:]
    published_kg = sum(Decimal(line.split(",")[4]) for line in lines)
    assert sum(Load.objects.values_list("weight_g", flat=True)) == published_kg * 1_000


@given(weight_g=st.integers(1, 10**15))
def test_kilograms_with_three_decimals_are_grams_exactly(weight_g: int) -> None:
    assert grams_of(weight_kg=Decimal(f"{weight_g // 1000}.{weight_g % 1000:03d}")) == weight_g


@given(grams=st.integers(1, 10**9), rest=st.integers(1, 9))
def test_a_fraction_of_a_gram_is_never_rounded_away(grams: int, rest: int) -> None:
    with pytest.raises(WeightTooFine):
        grams_of(weight_kg=Decimal(f"0.{grams:03d}{rest}"))
