"""Tables that people prepare: CSV, xlsx and JSON lines, read as rows of text under the contract's headings."""

import csv
import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from lib.csv_output import unescape_formula
from lib.text_lines import EncodingError, Lines, detect_encoding
from lib.xlsx_rows import NumberRoundedError, XlsxCell, XlsxError, cell_text, read_xlsx

CELL_CHARACTERS_MAX = 32_767  # as in a spreadsheet
DELIMITERS = (",", ";", "\t", "，", "；")
JSON_LINES_SUFFIXES = (".jsonl", ".ndjson", ".json")


class TableError(Exception):
    """The file as a whole cannot be used: wrong usage (exit 2), not a bad row."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its Chinese headings, whether the file must have it, whether it holds moments."""

    name: str
    names_zh: tuple[str, ...]
    is_required: bool = True
    is_moment: bool = False


class Refusal(NamedTuple):
    """Why a row was not taken: a code for programs, words for people."""

    code: str
    message: str


class TableRow(NamedTuple):
    """One row: where it begins as a person counts lines, its cells by the contract's names, what is wrong with it."""

    line: int
    cells: dict[str, str]
    refusal: Refusal | None = None


@dataclass(slots=True)
class Table:
    """An opened file: its rows (read once, as a stream), about how many, and the headings nobody knows."""

    rows: Iterator[TableRow]
    row_count_about: int | None
    ignored: list[str] = field(default_factory=list)


_UNREADABLE = Refusal(
    "row_unreadable", "这一行读不出来：内容过长，或者引号没有成对 (too long, or a quotation mark is missing)"
)


class _Heading(NamedTuple):
    columns: list[Column | None]  # by position; None = not ours
    ignored: list[str]


def read_rows(*, path: Path, columns: Sequence[Column], accepts_json_lines: bool = False) -> Iterator[TableRow]:
    """The rows of `open_table`."""
    return open_table(path=path, columns=columns, accepts_json_lines=accepts_json_lines).rows


def open_table(*, path: Path, columns: Sequence[Column], accepts_json_lines: bool = False) -> Table:
    """Open CSV (UTF-8 or GB18030; comma, semicolon or tab), xlsx (first sheet) or, where allowed, JSON lines.

    Headings are read at once, rows as they are asked for. A row's cells hold the columns that the file has (of JSON
    lines: all columns); an empty cell is "". Rows without any content are left out, one that cannot be understood
    comes with a refusal.

    :raises TableError: unreadable, in no known encoding, or without a required column.
    """
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise TableError(f"不能读取 {path}: {error.strerror} (cannot read)") from error
    if start.startswith(b"PK\x03\x04"):
        return _open_xlsx(path=path, columns=columns)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableError(f"{path} 是旧的xls或加了密码，请另存为xlsx (old xls or protected: save it as xlsx)")
    try:
        encoding, line_count = detect_encoding(path=path)
    except EncodingError as error:
        raise TableError(str(error)) from error
    if accepts_json_lines and (
        path.suffix.lower() in JSON_LINES_SUFFIXES or start.lstrip(b"\xef\xbb\xbf \r\n")[:1] == b"{"
    ):
        return Table(rows=_json_rows(path=path, encoding=encoding, columns=columns), row_count_about=line_count)
    return _open_csv(path=path, columns=columns, encoding=encoding, line_count=line_count)


def _open_csv(*, path: Path, columns: Sequence[Column], encoding: str, line_count: int) -> Table:
    delimiter, heading = _sniff(path=path, columns=columns, encoding=encoding)
    rows = _csv_rows(lines=Lines(path=path, encoding=encoding), delimiter=delimiter, heading=heading)
    return Table(rows=rows, row_count_about=max(0, line_count - 1), ignored=heading.ignored)


def _sniff(*, path: Path, columns: Sequence[Column], encoding: str) -> tuple[str, _Heading]:
    """The delimiter under which the first row holds the most of our headings, and that heading."""
    best: tuple[str, list[str]] = (DELIMITERS[0], [])
    known_max = -1
    names = _names(columns=columns)
    for delimiter in DELIMITERS:
        try:
            cells = next(
                (
                    row
                    for row in csv.reader(Lines(path=path, encoding=encoding), delimiter=delimiter)
                    if any(map(str.strip, row))
                ),
                [],
            )
        except csv.Error:
            continue
        known_count = sum(_plain(cell) in names for cell in cells)
        if known_count > known_max:
            known_max, best = known_count, (delimiter, cells)
    return best[0], _heading(cells=best[1], columns=columns, path=path)


def _first_row(*, lines: Lines, delimiter: str) -> list[str]:
    """The first row that holds something; none where it cannot be read under this delimiter."""
    try:
        return next((row for row in csv.reader(lines, delimiter=delimiter) if any(map(str.strip, row))), [])
    except csv.Error:
        return []


def _csv_rows(*, lines: Lines, delimiter: str, heading: _Heading) -> Iterator[TableRow]:
    csv.field_size_limit(CELL_CHARACTERS_MAX)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    with lines:
        _first_row(lines=lines, delimiter=delimiter)
        while True:
            line = lines.begin_record()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                # Strict, and on from the very next line: a stray quotation mark costs one row, never those behind it.
                lines.push_back_all_but_first()
                yield TableRow(line, {}, _UNREADABLE)
                continue
            if lines.was_cut:
                yield TableRow(line, {}, _UNREADABLE)
            elif any(map(str.strip, cells)):
                yield _row(line=line, cells=[unescape_formula(text=cell) for cell in cells], heading=heading)


def _row(*, line: int, cells: Sequence[str], heading: _Heading) -> TableRow:
    """A row of cells by position, as cells by name."""
    named = {column.name: "" for column in heading.columns if column}
    for column, cell in zip(heading.columns, cells, strict=False):
        if column:
            named[column.name] = cell
    if any(cell.strip() for cell in cells[len(heading.columns) :]):
        message = f"这一行有{len(cells)}格，标题只有{len(heading.columns)}格：是否多了一个分隔符？"
        return TableRow(line, named, Refusal("too_many_cells", message))
    return TableRow(line, named)


def _open_xlsx(*, path: Path, columns: Sequence[Column]) -> Table:
    try:
        numbered = read_xlsx(path=path)
        first = next(((line, row) for line, row in numbered if any(cell != "" for cell in row)), (1, []))
    except XlsxError as error:
        raise TableError(f"{path}: {error}") from error
    heading = _heading(cells=[str(cell) for cell in first[1]], columns=columns, path=path)
    return Table(rows=_xlsx_rows(numbered, heading=heading), row_count_about=None, ignored=heading.ignored)


def _xlsx_rows(numbered: Iterable[tuple[int, list[XlsxCell]]], *, heading: _Heading) -> Iterator[TableRow]:
    for line, row in numbered:
        texts, refusal = _xlsx_texts(row=row, heading=heading)
        if any(text.strip() for text in texts):
            named = _row(line=line, cells=texts, heading=heading)
            yield named._replace(refusal=named.refusal or refusal)


def _xlsx_texts(*, row: Sequence[XlsxCell], heading: _Heading) -> tuple[list[str], Refusal | None]:
    texts: list[str] = []
    refusal = None
    for position, cell in enumerate(row):
        column = heading.columns[position] if position < len(heading.columns) else None
        try:
            texts.append(cell_text(cell=cell, is_moment=bool(column and column.is_moment)))
        except NumberRoundedError:
            texts.append(str(cell))
            if column:
                message = f"“{column.names_zh[0]}”超过15位，电子表格已经把它四舍五入：请把这一列设为文本后重填"
                refusal = Refusal("number_rounded", message)
    return texts, refusal


def _json_rows(*, path: Path, encoding: str, columns: Sequence[Column]) -> Iterator[TableRow]:
    with Lines(path=path, encoding=encoding) as lines:
        for text in lines:
            if text.strip():
                yield _json_row(line=lines.number, text="" if lines.was_cut else text, columns=columns)
            lines.begin_record()


def _json_row(*, line: int, text: str, columns: Sequence[Column]) -> TableRow:
    try:
        # Numbers stay the text they are: no float comes between the file and the fact.
        found = json.loads(text, parse_int=str, parse_float=_whole, parse_constant=str)
    except (ValueError, RecursionError):
        return TableRow(line, {}, Refusal("row_unreadable", "这一行不是JSON，或者太长 (not JSON, or too long)"))
    if not isinstance(found, dict):
        return TableRow(line, {}, Refusal("row_unreadable", "这一行不是一个JSON对象 (not a JSON object)"))
    cells = {column.name: found.get(column.name) for column in columns}
    texts = {name: _json_text(cell) for name, cell in cells.items()}
    nested = [name for name, cell in cells.items() if isinstance(cell, (dict, list))]
    if nested:
        return TableRow(line, texts, Refusal("field_invalid", f"{nested[0]} 不是一个简单的值 (not a plain value)"))
    return TableRow(line, texts)


def _whole(text: str) -> str:
    whole, _, decimals = text.partition(".")
    return whole if decimals and not decimals.strip("0") else text


def _json_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return str(cell)


def _heading(*, cells: Sequence[str], columns: Sequence[Column], path: Path) -> _Heading:
    """Which column stands where.

    :raises TableError: a required column is missing, or one stands there twice.
    """
    names = _names(columns=columns)
    found = [names.get(_plain(cell)) for cell in cells]
    present = [column.name for column in found if column]
    twice = sorted({name for name in present if present.count(name) > 1})
    if twice:
        raise TableError(f"{path}: 标题重复 (heading given twice): {', '.join(twice)}")
    missing = [column for column in columns if column.is_required and column.name not in present]
    if missing:
        words = "、".join(f"{column.name}({column.names_zh[0]})" for column in missing)
        raise TableError(f"{path}: 缺少标题 (missing columns): {words}")
    ignored = [cell.strip() for cell, column in zip(cells, found, strict=True) if column is None and cell.strip()]
    return _Heading(columns=found, ignored=ignored)


def _names(*, columns: Sequence[Column]) -> dict[str, Column]:
    return {_plain(name): column for column in columns for name in (column.name, *column.names_zh)}


def _plain(heading: str) -> str:
    """A heading without what people do not see: width, case, spaces, a star for "required"."""
    return "".join(unicodedata.normalize("NFKC", heading).casefold().split()).strip("*\ufeff")
