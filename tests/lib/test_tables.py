"""Tables as clerks save them: encodings, delimiters, headings, typed cells, and files that are none."""

import datetime as dt
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.csv_output import write_csv
from lib.tables import Column, Table, TableError, TableRow, open_table, read_rows
from tests.importing import write_table, write_workbook

COLUMNS = (
    Column("community", ("小区", "小区名称")),
    Column("weight_g", ("重量(克)",)),
    Column("occurred_at", ("投放时间",), is_required=False, is_moment=True),
)


def rows_of(path: Path, *, accepts_json_lines: bool = False) -> list[TableRow]:
    return list(read_rows(path=path, columns=COLUMNS, accepts_json_lines=accepts_json_lines))


def refusals(rows: list[TableRow]) -> list[tuple[int, str]]:
    return [(row.line, row.refusal.code) for row in rows if row.refusal]


def opened(path: Path) -> Table:
    return open_table(path=path, columns=COLUMNS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_same_table_in_every_encoding_and_with_every_delimiter(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    heading, row = delimiter.join(("小区", "重量(克)")), delimiter.join(("东湖花园", "1620"))
    path = write_table(tmp_path / "a.csv", heading, row, encoding=encoding)
    assert rows_of(path) == [TableRow(2, {"community": "东湖花园", "weight_g": "1620"})]


@pytest.mark.parametrize(
    "heading", ["community,weight_g", " Community , WEIGHT_G ", "小区名称,重量（克）", "小区*,重量(克)"]
)
def test_headings_are_english_or_chinese_and_forgive_width_case_and_spaces(tmp_path: Path, heading: str) -> None:
    assert rows_of(write_table(tmp_path / "a.csv", heading, "东湖花园,1"))[0].cells["community"] == "东湖花园"


def test_a_line_is_where_a_person_sees_it_whatever_stands_before(tmp_path: Path) -> None:
    lines = ("", "community,weight_g", '"东湖\n花园",1', "", ",,", "西园新村,2")
    rows = rows_of(write_table(tmp_path / "a.csv", *lines))
    assert [(row.line, row.cells["weight_g"]) for row in rows] == [(3, "1"), (7, "2")]
    assert rows[0].cells["community"] == "东湖\n花园"


def test_columns_that_nobody_knows_are_named_and_left_out(tmp_path: Path) -> None:
    table = opened(write_table(tmp_path / "a.csv", "community,备注,weight_g", "东湖花园,好,1"))
    assert table.ignored == ["备注"]
    assert next(table.rows).cells == {"community": "东湖花园", "weight_g": "1"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "community"),
        (b"community\n1\n", "weight_g"),
        (b"community,weight_g,community\n", "community"),
        (b"\xff\xfec\x00o\x00", "UTF-8"),
        (b"\xef\xbb\xbfcommunity,weight_g\n\xd6\xd0,1\n", "UTF-8"),
        (b"PK\x03\x04 not really", "xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xlsx"),
        (b"\x00\x00\x00", "community"),
    ],
)
def test_a_file_that_is_no_table_is_refused_as_a_whole(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(TableError, match=words):
        opened(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="cannot read"):
        opened(tmp_path / "none.csv")
    with pytest.raises(TableError, match="cannot read"):
        opened(tmp_path)


def test_a_stray_quotation_mark_costs_one_row_and_never_those_behind_it(tmp_path: Path) -> None:
    lines = ("community,weight_g", '"东湖花园,1', "西园新村,2", '"东"湖,3', "西园新村,4", '"东湖花园",5')
    rows = rows_of(write_table(tmp_path / "a.csv", *lines))
    assert refusals(rows) == [(2, "row_unreadable"), (4, "row_unreadable")]
    assert [row.cells["weight_g"] for row in rows if not row.refusal] == ["2", "4", "5"]


def test_a_row_with_a_cell_too_many_and_one_too_long_are_refused_and_the_others_read(tmp_path: Path) -> None:
    lines = ("community,weight_g", "东湖花园,1,620", "x" * 40_000 + ",1", "y" * 1_500_000, "西园新村,2,,", "西园新村")
    rows = rows_of(write_table(tmp_path / "a.csv", *lines))
    assert refusals(rows) == [(2, "too_many_cells"), (3, "row_unreadable"), (4, "row_unreadable")]
    assert [row.cells for row in rows[3:]] == [
        {"community": "西园新村", "weight_g": "2"},
        {"community": "西园新村", "weight_g": ""},
    ]


def test_typed_cells_of_a_workbook_become_the_text_of_the_contract(tmp_path: Path) -> None:
    path = write_workbook(
        tmp_path / "a.xlsx",
        [],
        ["重量(克)", "小区", "投放时间", "没用的"],
        [1620.0, True, dt.datetime(2026, 11, 23, 7, 12, 33), 12345678901234567890],  # noqa: DTZ001 - a sheet knows no zones
        [],
        [1.234, dt.date(2026, 11, 23), dt.date(2026, 11, 23), "x"],
        [0.1 + 0.2, 411003000000010, "2026-11-23T07:12:33+08:00", ""],
        [12345678901234567890, "东湖花园", "", ""],
    )
    rows = rows_of(path)
    assert [(row.line, *row.cells.values()) for row in rows[:3]] == [
        (3, "1620", "true", "2026-11-23T07:12:33"),
        (5, "1.234", "2026-11-23", "2026-11-23T00:00:00"),
        (6, "0.3", "411003000000010", "2026-11-23T07:12:33+08:00"),
    ]
    # The spreadsheet lost the last digits of a long number before we saw it: no card must come of that.
    assert refusals(rows) == [(7, "number_rounded")]


def test_json_lines_keep_numbers_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"community":"东湖花园","weight_g":1620,"occurred_at":null}\n\n'
        '{"community":true,"weight_g":1620.0}\n{"weight_g":1e400}\n{"weight_g":[1]}\n[1]\nno\n' + "[" * 100_000,
        encoding="utf8",
    )
    rows = rows_of(path, accepts_json_lines=True)
    assert [tuple(row.cells.values()) for row in rows[:3]] == [
        ("东湖花园", "1620", ""),
        ("true", "1620", ""),
        ("", "1e400", ""),
    ]
    assert refusals(rows) == [(5, "field_invalid"), (6, "row_unreadable"), (7, "row_unreadable"), (8, "row_unreadable")]
    with pytest.raises(TableError, match="missing columns"):
        rows_of(path)


def test_a_file_of_30_000_rows_is_never_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf8") as file:
        file.write("community,weight_g\n")
        file.writelines(f"东湖花园,{number}\n" for number in range(30_000))
    tracemalloc.start()
    count = sum(1 for _ in read_rows(path=path, columns=COLUMNS))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 30_000
    assert peak_bytes < 2_500_000


@given(
    table=st.lists(
        st.tuples(*[st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20)] * 2).filter(
            lambda row: any(cell.strip() for cell in row)
        ),
        max_size=6,
    )
)
def test_what_we_write_is_read_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, table: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("round") / "a.csv"
    write_csv(path=path, headings=["community", "weight_g"], rows=table)
    assert [tuple(row.cells.values()) for row in rows_of(path)] == table
