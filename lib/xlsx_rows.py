"""The rows of an xlsx file's first sheet, every cell as the text that a CSV file would have."""

import datetime as dt
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineError, load_workbook

UNPACKED_BYTES_MAX = 1 << 30  # a sheet of a million rows unpacks to some 300 MB; more is a mistake or an attack
DIGITS_EXACT_MAX = 15  # spreadsheets keep no more digits of a number

XlsxCell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


class XlsxError(Exception):
    """The file is not an xlsx file that can be read."""


class NumberRoundedError(ValueError):
    """A number too long for a spreadsheet: its last digits are lost already."""


def read_xlsx(*, path: Path) -> Iterator[tuple[int, list[XlsxCell]]]:
    """(row number as the spreadsheet shows it, cells) of the first sheet, empty rows included.

    :raises XlsxError: broken, protected by a password, without a sheet, or absurdly large.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNPACKED_BYTES_MAX:
                raise XlsxError("表格太大 (the workbook is too large)")
        sheet = load_workbook(path).get_sheet_by_index(0)
    except (CalamineError, zipfile.BadZipFile, OSError) as error:
        raise XlsxError(f"不是可读的xlsx文件 (not a readable xlsx file): {error}") from error
    return enumerate(sheet.iter_rows(), start=1)


def cell_text(*, cell: XlsxCell, is_moment: bool) -> str:
    """1620.0 as "1620", dates as YYYY-MM-DD, moments in ISO 8601, yes/no as true/false.

    A moment at midnight is a date, except in a column of moments (`is_moment`).

    :raises NumberRoundedError: a whole number of more than 15 digits.
    """
    match cell:
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case int() | float():
            return _number_text(number=cell)
        case dt.datetime():
            is_date = cell.time() == dt.time() and not is_moment
            return cell.date().isoformat() if is_date else cell.isoformat()
        case dt.date():
            return f"{cell.isoformat()}T00:00:00" if is_moment else cell.isoformat()
        case dt.time():
            return cell.isoformat("minutes" if cell.second == 0 else "seconds")
        case _:
            return str(cell)


def _number_text(*, number: int | float) -> str:
    if abs(number) >= 10**DIGITS_EXACT_MAX:
        raise NumberRoundedError(str(number))
    text = format(Decimal(format(number, ".15g")), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
