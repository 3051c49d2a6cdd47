"""A document as PDF in Chinese: A4 across, headings on every page, page numbers, the characters used embedded."""

import datetime as dt
import io

import pylopdf_fonts_zh_cn
from fpdf import FPDF
from fpdf.fonts import FontFace
from fpdf.table import Row

from lib.chart_pdf import HEIGHT_MM, draw_chart
from lib.documents import Cell, Document, DocumentTable, Picture, cell_words

_FONT = "Noto Sans SC"
_HEADING_FILL = (230, 236, 230)
_LINE_MM = 5.2
_GUTTER_MM = 8
_PICTURE_MM = 16  # a picture's row is at least so high


class _Pages(FPDF):
    """A4 across, with title and page number at the foot."""

    def __init__(self, *, document: Document, made_at: dt.datetime) -> None:
        super().__init__(orientation="landscape", format="A4")
        self.foot = document.title
        self.add_font(_FONT, "", pylopdf_fonts_zh_cn.sans_path())
        self.set_creation_date(made_at)
        self.set_title(document.title)
        self.set_lang("zh-CN")
        self.set_auto_page_break(True, margin=16)

    def footer(self) -> None:
        """Under every page."""
        self.set_y(-12)
        self.set_font(_FONT, size=8)
        self.cell(0, 5, f"{self.foot} · 第 {self.page_no()} 页,共 {{nb}} 页", align="C")


def make_pdf(*, document: Document, made_at: dt.datetime) -> bytes:
    """The file. A character that the font does not have (an emoji) is left blank."""
    pages = _Pages(document=document, made_at=made_at)
    pages.add_page()
    _line(pages, text=document.title, size=16)
    for text in document.lines:
        _line(pages, text=text, size=9)
    for table in document.tables:
        pages.ln(3)
        if pages.will_page_break(_beginning_mm(table)):
            pages.add_page()
        _line(pages, text=table.title, size=12)
        if table.rows:
            _table(pages, table=table)
        else:
            _line(pages, text="没有记录。", size=9)
        if table.note:
            _line(pages, text=table.note, size=9)
        if table.charts and table.rows:
            _charts(pages, table=table)
    if document.signers:
        _signatures(pages, signers=document.signers)
    return bytes(pages.output())


def _line(pages: _Pages, *, text: str, size: int) -> None:
    pages.set_font(_FONT, size=size)
    pages.multi_cell(0, size * 0.55, text, new_x="LMARGIN", new_y="NEXT")


def _charts(pages: _Pages, *, table: DocumentTable) -> None:
    """The table's charts, two beside each other, on the same page as one another."""
    width_mm = (pages.epw - _GUTTER_MM) / 2
    for start in range(0, len(table.charts), 2):
        if pages.will_page_break(HEIGHT_MM + 3):
            pages.add_page()
        pages.ln(3)
        left, top = pages.get_x(), pages.get_y()
        for number, chart in enumerate(table.charts[start : start + 2]):
            pages.set_xy(left + number * (width_mm + _GUTTER_MM), top)
            draw_chart(pages, table=table, chart=chart, width_mm=width_mm)
        pages.set_xy(left, top + HEIGHT_MM)


def _beginning_mm(table: DocumentTable) -> float:
    """What stands together on a page: the title, the headings and the first two lines below them."""
    first = [_PICTURE_MM if any(isinstance(cell, Picture) for cell in cells) else _LINE_MM for cells in table.rows[:1]]
    return 7 + 3 * _LINE_MM + sum(first)


def _signatures(pages: _Pages, *, signers: tuple[str, ...]) -> None:
    """A line to sign on for each, and the date; together on one page."""
    pages.set_font(_FONT, size=9)
    with pages.unbreakable() as kept:
        kept.ln(8)
        for signer in signers:
            kept.cell(kept.epw / len(signers), 8, f"{signer}(签字):____________  日期:________")


def _table(pages: _Pages, *, table: DocumentTable) -> None:
    pages.set_font(_FONT, size=8)
    look = FontFace(fill_color=_HEADING_FILL)
    with pages.table(col_widths=table.widths, headings_style=look, line_height=_LINE_MM) as drawn:
        drawn.row(table.headings)
        for cells in (*table.rows, *((table.totals,) if table.totals else ())):
            has_picture = any(isinstance(cell, Picture) for cell in cells)
            row = drawn.row(min_height=_PICTURE_MM if has_picture else None)
            for cell in cells:
                _cell(row, cell=cell, is_total=cells is table.totals)


def _cell(row: Row, *, cell: Cell, is_total: bool) -> None:
    if isinstance(cell, Picture):
        data, _, _ = cell.as_jpeg()
        row.cell(img=io.BytesIO(data))
        return
    align = "RIGHT" if isinstance(cell, int | float) else "LEFT"
    row.cell("" if is_total and cell is None else cell_words(cell), align=align)
