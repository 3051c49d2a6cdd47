"""CSV out, in UTF-8, that no spreadsheet takes for a formula."""

import csv
import datetime as dt
import io
import os
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TextIO

Value = str | int | float | Decimal | dt.date | None

# What spreadsheets run as a formula, full-width forms included; leading quotes and spaces do not stop them all.
_FORMULA = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


class OutputError(Exception):
    """The file cannot be written: wrong usage, not a bad row."""


def write_csv(*, path: Path, headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    """Write the rows as they come, nothing held in memory; returns how many there were.

    A regular file appears whole or not at all (written beside its place, then renamed).

    :raises OutputError: the place cannot be written.
    """
    is_replacing = path.is_file() or not path.exists()
    target = path.with_name(f".{path.name}.{os.getpid()}.part") if is_replacing else path
    try:
        with target.open("w", encoding="utf8", newline="") as file:
            count = _write(file, headings=headings, rows=rows)
        if is_replacing:
            target.replace(path)
    except OSError as error:
        raise OutputError(f"不能写入 {path}: {error.strerror} (cannot write)") from error
    finally:
        if is_replacing:
            target.unlink(missing_ok=True)
    return count


def csv_text(*, headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """The same in memory, for a table that a person downloads."""
    file = io.StringIO(newline="")
    _write(file, headings=headings, rows=rows)
    return file.getvalue()


def require_writable(*, path: Path) -> None:
    """Ask before the work whether its result can be written afterwards.

    :raises OutputError: there is no such folder, it is a folder itself, or writing is not allowed.
    """
    if path.is_dir() or not path.parent.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise OutputError(f"不能写入 {path} (cannot write there)")


def escape_formula(*, text: str) -> str:
    """The text, with a `'` before it where a spreadsheet would run it. Plain signed numbers stay as they are."""
    return f"'{text}" if _FORMULA.match(text) and not _PLAIN_NUMBER.fullmatch(text) else text


def unescape_formula(*, text: str) -> str:
    """What `escape_formula` was given: our own files can be read in again."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _write(file: TextIO, *, headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    plain = csv.writer(file, lineterminator="\n")
    # With this line end the csv module leaves a lone carriage return unquoted, and readers split the row there.
    quoting = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
    plain.writerow(headings)
    count = 0
    for row in rows:
        cells = [escape_formula(text=value) if isinstance(value, str) else value for value in row]
        has_return = any(isinstance(cell, str) and "\r" in cell for cell in cells)
        (quoting if has_return else plain).writerow(cells)
        count += 1
    return count
