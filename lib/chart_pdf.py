"""A table's chart on a page of a PDF: bars from zero or lines with gaps, told apart in black and white too."""

from collections.abc import Sequence
from dataclasses import dataclass

from fpdf import FPDF
from fpdf.enums import RenderStyle

from lib.documents import ChartKind, DocumentTable, TableChart

HEIGHT_MM = 58.0  # title and legend with it
_LEFT_MM, _FOOT_MM, _HEAD_MM = 16.0, 6.0, 12.0
_INKS = ((32, 96, 60), (150, 190, 165), (90, 90, 90))  # dark, light, grey: apart on paper without colours
_DASHES = ((0.0, 0.0), (2.0, 1.2), (0.6, 1.0))  # (on, off) in mm; of lines, whose ink is thin
_LABELS_MAX = 16


@dataclass(frozen=True, slots=True)
class _Field:
    """Where the chart stands, in mm, and what its upper edge is worth."""

    left: float
    top: float
    width: float
    height: float
    most: float
    count: int

    def x(self, number: float) -> float:
        return self.left + self.width * number / self.count

    def y(self, value: float) -> float:
        return self.top + self.height * (1 - value / self.most)


def draw_chart(pages: FPDF, *, table: DocumentTable, chart: TableChart, width_mm: float) -> None:
    """Draw it from the current place on, HEIGHT_MM high, and go on below it."""
    series = [[_number(cells[column]) for cells in table.rows] for column in chart.columns]
    most = max((each for values in series for each in values if each is not None), default=0.0) or 1.0
    x, y = pages.get_x(), pages.get_y()
    field = _Field(
        left=x + _LEFT_MM,
        top=y + _HEAD_MM,
        width=width_mm - _LEFT_MM,
        height=HEIGHT_MM - _HEAD_MM - _FOOT_MM,
        most=most,
        count=max(1, len(table.rows)),
    )
    _head(pages, table=table, chart=chart, x=x, y=y)
    _axes(pages, field=field, x=x, words=[str(cells[0]) for cells in table.rows])
    for number, values in enumerate(series):
        if chart.kind is ChartKind.COLUMN:
            _bars(pages, field=field, values=values, number=number, of=len(series))
        else:
            _line(pages, field=field, values=values, number=number)
    pages.set_dash_pattern()
    pages.set_draw_color(0)
    pages.set_fill_color(255)
    pages.set_xy(x, y + HEIGHT_MM)


def _head(pages: FPDF, *, table: DocumentTable, chart: TableChart, x: float, y: float) -> None:
    pages.set_font_size(9)
    pages.text(x, y + 4, chart.title)
    pages.set_font_size(8)
    at = x + _LEFT_MM
    for number, column in enumerate(chart.columns):
        pages.set_fill_color(*_INKS[number])
        pages.set_draw_color(*_INKS[number])
        if chart.kind is ChartKind.COLUMN:
            pages.rect(at, y + 6.4, 3, 3, style=RenderStyle.F)
        else:
            _dashed(pages, number=number)
            pages.line(at - 2, y + 8, at + 3, y + 8)
        pages.text(at + 4, y + 9, table.headings[column])
        at += 10 + pages.get_string_width(table.headings[column])


def _axes(pages: FPDF, *, field: _Field, x: float, words: Sequence[str]) -> None:
    pages.set_dash_pattern()
    pages.set_draw_color(120)
    pages.line(field.left, field.y(0), field.left + field.width, field.y(0))
    pages.set_font_size(7)
    for value in (field.most, 0.0):
        word = f"{value:,.1f}" if value else "0"
        pages.text(field.left - 1.5 - pages.get_string_width(word), field.y(value) + 1, word)
    every = -(-len(words) // _LABELS_MAX) or 1
    for number, whole in enumerate(words):
        if number % every == 0:
            word = _cut(pages, word=whole, width_mm=field.width / field.count * every - 0.5)
            pages.text(field.x(number + 0.5) - pages.get_string_width(word) / 2, field.y(0) + 4, word)


def _cut(pages: FPDF, *, word: str, width_mm: float) -> str:
    """As much of a word as its place has room for."""
    cut = word
    while len(cut) > 2 and pages.get_string_width(cut) > width_mm:
        cut = f"{cut.removesuffix('…')[:-1]}…"
    return cut


def _bars(pages: FPDF, *, field: _Field, values: Sequence[float | None], number: int, of: int) -> None:
    pages.set_fill_color(*_INKS[number])
    share = 0.8 / of
    for place, value in enumerate(values):
        if value:
            left = field.x(place + 0.1 + share * number)
            width = field.width / field.count * share
            pages.rect(left, field.y(value), width, field.y(0) - field.y(value), style=RenderStyle.F)


def _line(pages: FPDF, *, field: _Field, values: Sequence[float | None], number: int) -> None:
    pages.set_draw_color(*_INKS[number])
    pages.set_fill_color(*_INKS[number])
    _dashed(pages, number=number)
    before: tuple[float, float] | None = None
    for place, value in enumerate(values):
        if value is None:
            before = None
            continue
        here = field.x(place + 0.5), field.y(value)
        pages.circle(here[0], here[1], 0.5, style=RenderStyle.F)
        if before is not None:
            pages.line(*before, *here)
        before = here


def _dashed(pages: FPDF, *, number: int) -> None:
    on, off = _DASHES[number]
    pages.set_dash_pattern(dash=on, gap=off)


def _number(cell: object) -> float | None:
    return float(cell) if isinstance(cell, int | float) else None
