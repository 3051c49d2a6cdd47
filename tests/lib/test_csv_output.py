"""CSV that we hand out: nothing in it runs in a spreadsheet, and a file is there whole or not at all."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from lib.csv_output import OutputError, escape_formula, require_writable, unescape_formula, write_csv

FORMULAS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "＝1",
    "＋1",
    "－1+1",
    "＠A",
    "\t=1",
    "\r=1",
    " =1",
    "'=1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_only_a_text(text: str) -> None:
    assert escape_formula(text=text) == f"'{text}"
    assert unescape_formula(text=f"'{text}") == text


@pytest.mark.parametrize("text", ["", "东湖花园", "-5", "+8613800000000", "-0.25", "1-2", "a=b", "'quoted'", "5"])
def test_other_texts_and_plain_negative_numbers_stay_as_they_are(text: str) -> None:
    assert escape_formula(text=text) == text
    assert unescape_formula(text=text) == text


def test_values_are_written_by_their_type(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    count = write_csv(
        path=path,
        headings=["a", "b", "c", "d", "e"],
        rows=[("东湖,花园", -5, Decimal("-1.50"), dt.date(2026, 11, 23), None), ("=1\r", 0, 1, 2, "")],
    )
    assert count == 2
    assert path.read_bytes().decode() == 'a,b,c,d,e\n"东湖,花园",-5,-1.50,2026-11-23,\n"\'=1\r","0","1","2",""\n'


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    def breaking() -> Iterator[tuple[int]]:
        yield (1,)
        raise RuntimeError("the database went away")

    path = tmp_path / "a.csv"
    path.write_text("before", encoding="utf8")
    with pytest.raises(RuntimeError):
        write_csv(path=path, headings=["a"], rows=breaking())
    assert path.read_text(encoding="utf8") == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_said_before_the_work(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none" / "a.csv"):
        with pytest.raises(OutputError, match="cannot write"):
            require_writable(path=path)
        with pytest.raises((OutputError, OSError)):
            write_csv(path=path, headings=["a"], rows=[])
