"""Cells of a table row as values, or a refusal in words that a clerk understands."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeVar

from django.db.models import TextChoices
from django.utils import timezone

from lib.tables import Column, Refusal

Choice = TypeVar("Choice", bound=TextChoices)
Number = TypeVar("Number", int, Decimal)

YES = frozenset({"yes", "true", "1", "是", "y"})
NO = frozenset({"no", "false", "0", "否", "n"})
_DIGITS = re.compile(r"[0-9]{1,15}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
# Control and zero-width characters, and halves of surrogate pairs, which no database stores.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ud800-\udfff\ufeff\ufffe\uffff]")
_BREAKS = re.compile(r"[\t\r\n]+")
# ０-９Ａ-Ｚａ-ｚ to what a keyboard without an input method gives.
_FULL_WIDTH = {
    code: code - 0xFEE0
    for first, last in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
    for code in range(first, last + 1)
}


def half_width(*, text: str) -> str:
    """The text with plain letters and digits in place of full-width ones."""
    return text.translate(_FULL_WIDTH)


class CellRefused(Exception):
    """A cell cannot be used."""

    def __init__(self, code: str, message: str) -> None:
        self.refusal = Refusal(code, message)
        super().__init__(f"{code}: {message}")


class Cells:
    """The cells of one row, by column. Every reader gives None for an empty cell, unless the cell must be given."""

    __slots__ = ("_cells", "_labels")

    def __init__(self, *, cells: Mapping[str, str], labels: Mapping[str, str]) -> None:
        """`labels` are the Chinese headings, for the messages."""
        self._cells = cells
        self._labels = labels

    def text(self, name: str, *, length_max: int) -> str:
        """A text that must be given, without spaces at its ends; a line break inside is a space.

        :raises CellRefused: empty, too long, or with characters that nobody can see.
        """
        text = self.text_or_none(name, length_max=length_max)
        if text is None:
            raise self.refused(name, "missing_value", "不能为空")
        return text

    def text_or_none(self, name: str, *, length_max: int) -> str | None:
        """The same, where the cell may be empty."""
        text = self._cells.get(name, "").strip()
        if not text:
            return None
        if len(text) > length_max:
            raise self.refused(name, "too_long", f"超过{length_max}个字")
        if not text.isprintable():
            text = _BREAKS.sub(" ", text)
            if _UNPRINTABLE.search(text):
                raise self.refused(name, "control_character", "含有看不见的控制字符")
        return text

    def address(self, name: str, *, length_max: int) -> str:
        """A text in which full-width letters and digits mean the same as plain ones."""
        return half_width(text=self.text(name, length_max=length_max))

    def whole_number(self, name: str, *, minimum: int, maximum: int) -> int | None:
        """A whole number in plain digits.

        :raises CellRefused: something else, or out of range.
        """
        text = self._cells.get(name, "").strip()
        if not text:
            return None
        if not _DIGITS.fullmatch(text):
            raise self.refused(name, "not_a_whole_number", f"“{text[:20]}”不是整数，请用半角数字")
        return self._in_range(name, int(text), minimum, maximum)

    def decimal(self, name: str, *, minimum: int, maximum: int) -> Decimal | None:
        """A number with or without decimals, exactly as written.

        :raises CellRefused: something else, or out of range.
        """
        text = self._cells.get(name, "").strip()
        if not text:
            return None
        if not _DECIMAL.fullmatch(text):
            raise self.refused(name, "not_a_number", f"“{text[:20]}”不是数字，请用半角数字")
        return self._in_range(name, Decimal(text), minimum, maximum)

    def yes_or_no(self, name: str) -> bool:
        """yes/no, true/false, 1/0, 是/否.

        :raises CellRefused: anything else.
        """
        text = self._cells.get(name, "").strip().lower()
        if text in YES:
            return True
        if text in NO:
            return False
        if not text:
            raise self.refused(name, "missing_value", "不能为空")
        raise self.refused(name, "not_yes_or_no", f"“{text[:20]}”应为 是 或 否")

    def date(self, name: str) -> dt.date | None:
        """YYYY-MM-DD.

        :raises CellRefused: anything else, or no day of the calendar.
        """
        text = self._cells.get(name, "").strip()
        if not text:
            return None
        try:
            # fromisoformat alone would take 20261123 and 2026-W48-1 too.
            return dt.date.fromisoformat(text if _DATE.fullmatch(text) else "")
        except ValueError:
            raise self.refused(name, "date_invalid", f"“{text[:20]}”不是日期，应如 2026-11-23") from None

    def moment(self, name: str) -> dt.datetime | None:
        """ISO 8601; without an offset it is local time.

        :raises CellRefused: anything else.
        """
        text = self._cells.get(name, "").strip()
        if not text:
            return None
        try:
            moment = dt.datetime.fromisoformat(text)
            return moment if moment.tzinfo else timezone.make_aware(moment)
        except (ValueError, OverflowError):
            raise self.refused(name, "moment_invalid", f"“{text[:30]}”不是时间，应如 2026-11-23T07:12:33") from None

    def choice(self, name: str, *, choices: type[Choice], code: str) -> Choice:
        """One of the choices, by its code or its Chinese name.

        :raises CellRefused: none of them; `code` says so.
        """
        text = self.text(name, length_max=40)
        for choice in choices:
            if text.upper() == choice.value or text == choice.label:
                return choice
        known = "、".join(f"{choice.value}({choice.label})" for choice in choices)
        raise self.refused(name, code, f"“{text}”不在其中：{known}")

    def refused(self, name: str, code: str, message: str) -> CellRefused:
        """A refusal that names the column."""
        return CellRefused(code, f"“{self._labels.get(name, name)}”{message}")

    def _in_range(self, name: str, number: Number, minimum: int, maximum: int) -> Number:
        if not minimum <= number <= maximum:
            raise self.refused(name, "out_of_range", f"应在 {minimum} 与 {maximum} 之间")
        return number


def labels_of(columns: Iterable[Column]) -> dict[str, str]:
    """The Chinese heading of each column."""
    return {column.name: column.names_zh[0] for column in columns}
