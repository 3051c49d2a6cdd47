"""A table of a screen as a file: CSV for programs, xlsx for a spreadsheet, asked for by `?format=`."""

import datetime as dt
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from lib.csv_output import csv_text
from lib.document_xlsx import make_xlsx
from lib.documents import Cell, Document, DocumentTable, Picture, cell_words
from pages.registers import CONTENT_TYPES, XLSX

CSV = "csv"
_WIDTH_MIN, _WIDTH_MAX = 6, 24  # Chinese characters


def asked_format(request: HttpRequest) -> str | None:
    """The kind of file that the address asks for; None where it asks for the page."""
    asked = request.GET.get("format", "")
    return asked if asked in (CSV, XLSX) else None


def table_file(
    *, name: str, title: str, headings: Sequence[str], rows: Sequence[Sequence[Cell]], file_format: str
) -> HttpResponse:
    """The file, `name` without its ending. Numbers stay numbers, and no cell is run as a formula."""
    disposition = {"Content-Disposition": f'attachment; filename="{name}.{file_format}"'}
    if file_format == CSV:
        # The mark lets spreadsheets read Chinese without asking.
        text = "\ufeff" + csv_text(headings=headings, rows=([_csv_cell(cell) for cell in row] for row in rows))
        return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=disposition)
    made_at = timezone.localtime()
    table = DocumentTable(
        title="表格",
        headings=tuple(headings),
        widths=tuple(_width(heading, [row[column] for row in rows]) for column, heading in enumerate(headings)),
        rows=[tuple(row) for row in rows],
    )
    document = Document(title=title, lines=(f"{made_at:%Y-%m-%d %H:%M} 导出",), tables=[table])
    return HttpResponse(
        make_xlsx(document=document, made_at=made_at), content_type=CONTENT_TYPES[XLSX], headers=disposition
    )


def _csv_cell(cell: Cell) -> str | int | float | dt.date | None:
    if cell is None or isinstance(cell, (Picture, dt.datetime)):
        return cell_words(cell)
    return cell


def _width(heading: str, cells: Sequence[Cell]) -> int:
    longest = max((_length(cell_words(cell)) for cell in cells[:200]), default=0.0)
    return int(min(_WIDTH_MAX, max(_WIDTH_MIN, longest + 1, _length(heading) + 1)))


def _length(text: str) -> float:
    """In Chinese characters; a Latin one is half as wide."""
    return sum(1.0 if ord(character) > 0x2E7F else 0.5 for character in text)
