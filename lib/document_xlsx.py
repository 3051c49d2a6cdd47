"""A document as xlsx: a worksheet a table, and no cell that a spreadsheet runs."""

import datetime as dt
import io

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from lib.csv_output import escape_formula
from lib.documents import Cell, ChartKind, Document, DocumentTable, Picture, TableChart

# Nothing that somebody typed is taken for a formula, a link or a number; sums are written as values.
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_CHARACTER_WIDTH = 2.1  # a Chinese character in the spreadsheet's unit
_PICTURE_PX = 72
_CHART_PX = (560, 300)


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
            first = _write(sheet=sheet, document=document, table=table, formats=formats)
            for number, chart in enumerate(table.charts):
                _insert_chart(book=book, sheet=sheet, table=table, chart=chart, first=first, number=number)
    return out.getvalue()


def _write(*, sheet: Worksheet, document: Document, table: DocumentTable, formats: _Formats) -> int:
    """Write a table; gives the line of its first row."""
    for column, width in enumerate(table.widths):
        sheet.set_column(column, column, width * _CHARACTER_WIDTH)
    head = (f"{document.title} · {table.title}", *document.lines)
    for row, text in enumerate(head):
        sheet.write_string(row, 0, escape_formula(text=text))
    first = len(head) + 1
    # A spreadsheet's line takes a text for zero, and leaves a gap only where the cell is empty.
    gaps = {column for chart in table.charts if chart.kind is ChartKind.LINE for column in chart.columns}
    for column, heading in enumerate(table.headings):
        sheet.write_string(first, column, heading, formats.bold)
    sheet.freeze_panes(first + 1, 0)
    row = first
    for row, cells in enumerate(table.rows, start=first + 1):
        for column, cell in enumerate(cells):
            if cell is None and column in gaps:
                sheet.write_blank(row, column, None, formats.amount)
            else:
                _write_cell(sheet=sheet, row=row, column=column, cell=cell, formats=formats)
    for column, cell in enumerate(table.totals):
        if cell is not None:
            _write_cell(sheet=sheet, row=row + 1, column=column, cell=cell, formats=formats, look=formats.total)
    if table.note:
        sheet.write_string(row + 3, 0, escape_formula(text=table.note))
    return first + 1


def _insert_chart(
    *, book: Workbook, sheet: Worksheet, table: DocumentTable, chart: TableChart, first: int, number: int
) -> None:
    """A chart of the cells themselves, below the table, one beside the other. A cell without a number is a gap."""
    last = first + len(table.rows) - 1
    drawn = book.add_chart({"type": chart.kind.value})
    for column in chart.columns:
        drawn.add_series(
            {
                "name": [table.title, first - 1, column],
                "categories": [table.title, first, 0, last, 0],
                "values": [table.title, first, column, last, column],
            }
        )
    drawn.set_title({"name": chart.title, "overlay": False})
    drawn.set_legend({"position": "bottom"})
    drawn.set_y_axis({"min": 0})
    drawn.set_size({"width": _CHART_PX[0], "height": _CHART_PX[1]})
    sheet.insert_chart(last + 5, 0, drawn, {"x_offset": number * (_CHART_PX[0] + 16)})


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
