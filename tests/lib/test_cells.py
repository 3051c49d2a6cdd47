"""Cells as values, and refusals in words that name the column."""

import datetime as dt
from decimal import Decimal

import pytest

from lib.cells import CellRefused, Cells
from sorting.categories import WasteCategory


def cells(text: str) -> Cells:
    return Cells(cells={"a": text}, labels={"a": "小区"})


@pytest.mark.parametrize("text", ["yes", "YES", "true", "1", "是", " 是 "])
def test_yes_in_every_form(text: str) -> None:
    assert cells(text).yes_or_no("a") is True


@pytest.mark.parametrize("text", ["no", "False", "0", "否"])
def test_no_in_every_form(text: str) -> None:
    assert cells(text).yes_or_no("a") is False


@pytest.mark.parametrize(
    ("text", "read", "code"),
    [
        ("", lambda found: found.text("a", length_max=5), "missing_value"),
        (" \u3000", lambda found: found.text("a", length_max=5), "missing_value"),
        ("123456", lambda found: found.text("a", length_max=5), "too_long"),
        ("a\0b", lambda found: found.text("a", length_max=5), "control_character"),
        ("a\u200bb", lambda found: found.text("a", length_max=5), "control_character"),
        ("a\ud800", lambda found: found.text("a", length_max=5), "control_character"),
        ("", lambda found: found.yes_or_no("a"), "missing_value"),
        ("maybe", lambda found: found.yes_or_no("a"), "not_yes_or_no"),
        ("１２", lambda found: found.whole_number("a", minimum=0, maximum=99), "not_a_whole_number"),
        ("1.5", lambda found: found.whole_number("a", minimum=0, maximum=99), "not_a_whole_number"),
        ("-1", lambda found: found.whole_number("a", minimum=0, maximum=99), "not_a_whole_number"),
        ("100", lambda found: found.whole_number("a", minimum=0, maximum=99), "out_of_range"),
        ("9" * 5_000, lambda found: found.whole_number("a", minimum=0, maximum=99), "not_a_whole_number"),
        ("1e5", lambda found: found.decimal("a", minimum=0, maximum=99), "not_a_number"),
        ("NaN", lambda found: found.decimal("a", minimum=0, maximum=99), "not_a_number"),
        ("１.５", lambda found: found.decimal("a", minimum=0, maximum=99), "not_a_number"),
        ("-0.1", lambda found: found.decimal("a", minimum=0, maximum=99), "out_of_range"),
        ("2026-02-30", lambda found: found.date("a"), "date_invalid"),
        ("20261123", lambda found: found.date("a"), "date_invalid"),
        ("２０２６-11-23", lambda found: found.date("a"), "date_invalid"),
        ("soon", lambda found: found.moment("a"), "moment_invalid"),
        ("GLASS", lambda found: found.choice("a", choices=WasteCategory, code="category_unknown"), "category_unknown"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_column(text: str, read: object, code: str) -> None:
    with pytest.raises(CellRefused) as caught:
        read(cells(text))  # type: ignore[operator]
    assert caught.value.refusal.code == code
    assert "小区" in caught.value.refusal.message


def test_what_can_be_used_is_exact() -> None:
    assert cells(" 东湖\n花园 ").text("a", length_max=9) == "东湖 花园"
    assert cells("１０Ａ").address("a", length_max=9) == "10A"
    assert cells("007").whole_number("a", minimum=0, maximum=9) == 7
    assert cells("1.230").decimal("a", minimum=0, maximum=9) == Decimal("1.23")
    assert cells("2026-11-23").date("a") == dt.date(2026, 11, 23)
    assert cells("厨余垃圾").choice("a", choices=WasteCategory, code="x") is WasteCategory.FOOD
    assert cells("food").choice("a", choices=WasteCategory, code="x") is WasteCategory.FOOD


def test_a_moment_without_an_offset_is_local() -> None:
    local, abroad = cells("2026-11-23T07:12:33").moment("a"), cells("2026-11-22T23:12:33Z").moment("a")
    assert local is not None
    assert local == abroad
    assert local.utcoffset() == dt.timedelta(hours=8)


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_cell_is_none(text: str) -> None:
    found = cells(text)
    assert found.text_or_none("a", length_max=5) is None
    assert found.whole_number("a", minimum=0, maximum=9) is None
    assert found.decimal("a", minimum=0, maximum=9) is None
    assert found.date("a") is None
    assert found.moment("a") is None
