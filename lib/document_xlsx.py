"""A document as xlsx: a worksheet a table, and no cell that a spreadsheet runs."""

import datetime as dt
import io

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from lib.csv_output import escape_formula
from lib.documents import Cell, Document, DocumentTable, Picture

# Nothing that somebody typed is taken for a formula, a link or a number; sums are written as values.
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_CHARACTER_WIDTH = 2.1  # a Chinese character in the spreadsheet's unit
_PICTURE_PX = 72


class _Formats:
    """The few looks that cells have."""

    def __init__(self, book: Workbook) -> None:
        self.bold: Format = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.text: Format = book.add_format({"text_wrap": True, "valign": "top"})
        self.moment: Format = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left", "valign": "top"})
        self.day: Format = book.add_format({"num_format": "yyyy-mm-dd", "align": "left", "valign": "top"})
        self.amount: Format = book.add_format({"num_format": "#,##0.00", "valign": "top"})
        self.total: Format = book.add_format({"bold": True, "top": 1, "valign": "top"})
        self.total_amount: Format = book.add_format({"bold": True, "top": 1, "valign": "top", "num_format": "#,##0.00"})


def make_xlsx(*, document: Document, made_at: dt.datetime) -> bytes:
    """The file; `made_at` is written into it, so that the same document at the same moment is the same file."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        book.set_properties({"title": document.title, "created": made_at.astimezone(dt.UTC)})
        formats = _Formats(book)
        for table in document.tables:
            sheet = book.add_worksheet(table.title)
            _write(sheet=sheet, document=document, table=table, formats=formats)
    return out.getvalue()


def _write(*, sheet: Worksheet, document: Document, table: DocumentTable, formats: _Formats) -> None:
    for column, width in enumerate(table.widths):
        sheet.set_column(column, column, width * _CHARACTER_WIDTH)
    head = (f"{document.title} · {table.title}", *document.lines)
    for row, text in enumerate(head):
        sheet.write_string(row, 0, escape_formula(text=text))
    first = len(head) + 1
    for column, heading in enumerate(table.headings):
        sheet.write_string(first, column, heading, formats.bold)
    sheet.freeze_panes(first + 1, 0)
    row = first
    for row, cells in enumerate(table.rows, start=first + 1):
        for column, cell in enumerate(cells):
            _write_cell(sheet=sheet, row=row, column=column, cell=cell, formats=formats)
    for column, cell in enumerate(table.totals):
        if cell is not None:
            _write_cell(sheet=sheet, row=row + 1, column=column, cell=cell, formats=formats, look=formats.total)
    if table.note:
        sheet.write_string(row + 3, 0, escape_formula(text=table.note))


def _write_cell(
    *, sheet: Worksheet, row: int, column: int, cell: Cell, formats: _Formats, look: Format | None = None
) -> None:
    match cell:
        case None:
            sheet.write_string(row, column, "—", look or formats.text)
        case Picture():
            data, width, height = cell.as_jpeg()
            scale = _PICTURE_PX / max(width, height)
            sheet.set_row_pixels(row, _PICTURE_PX + 6)
            options = {"image_data": io.BytesIO(data), "x_scale": scale, "y_scale": scale, "object_position": 1}
            sheet.insert_image(row, column, "photo.jpg", options)
        case dt.datetime():
            sheet.write_datetime(row, column, cell.replace(tzinfo=None), look or formats.moment)
        case dt.date():
            sheet.write_datetime(row, column, dt.datetime.combine(cell, dt.time()), look or formats.day)
        case str():
            sheet.write_string(row, column, escape_formula(text=cell), look or formats.text)
        case float():
            sheet.write_number(row, column, cell, look or formats.amount)
        case _:
            sheet.write_number(row, column, cell, look)
