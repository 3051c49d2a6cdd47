"""A document's charts draw the numbers of its table: bars from zero, lines with gaps, a spreadsheet's from cells."""

import datetime as dt
import io
import re
import zipfile
import zlib

from lib.document_pdf import make_pdf
from lib.document_xlsx import make_xlsx
from lib.documents import ChartKind, Document, DocumentTable, TableChart

NOW = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)
ROWS = [("2026-08", 50.0), ("2026-09", None), ("2026-10", 100.0), ("2026-11", 25.0)]
BAR = re.compile(rb"([\d.]+) ([\d.]+) ([\d.]+) (-?[\d.]+) re f")
STROKE = re.compile(rb"[\d.]+ [\d.]+ m [\d.]+ [\d.]+ l S")


def of_months(*, kind: ChartKind | None) -> Document:
    charts = () if kind is None else (TableChart(title="投放(千克)", kind=kind, columns=(1,)),)
    table = DocumentTable(title="各月", headings=("月份", "投放(千克)"), widths=(6, 8), rows=ROWS, charts=charts)
    return Document(title="月报", lines=(), tables=[table])


def drawn(document: Document) -> bytes:
    """What the pages of the PDF draw, unpacked."""
    data = make_pdf(document=document, made_at=NOW)
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, flags=re.DOTALL)
    unpacked = []
    for stream in streams:
        try:
            unpacked.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(each for each in unpacked if b" re" in each or b" l S" in each)


def test_bars_are_as_high_as_the_numbers_and_no_data_has_none() -> None:
    before = {bar.groups() for bar in BAR.finditer(drawn(of_months(kind=None)))}
    bars = [bar.groups() for bar in BAR.finditer(drawn(of_months(kind=ChartKind.COLUMN))) if bar.groups() not in before]
    heights = [abs(float(height)) for _, _, _, height in bars][1:]  # the first is the legend's
    assert len(heights) == 3
    assert [round(height / max(heights), 2) for height in heights] == [0.5, 1.0, 0.25]


def test_a_line_breaks_where_there_is_no_data() -> None:
    without, with_line = (len(STROKE.findall(drawn(of_months(kind=kind)))) for kind in (None, ChartKind.LINE))
    assert with_line - without == 1 + 1 + 1, "the axis, the legend, and October to November alone"


def test_a_line_of_a_spreadsheet_finds_no_text_that_it_would_take_for_zero() -> None:
    with zipfile.ZipFile(io.BytesIO(make_xlsx(document=of_months(kind=ChartKind.LINE), made_at=NOW))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert re.search(r'<c r="B5"[^>]*/>', sheet), "an empty cell is a gap"


def test_the_spreadsheets_chart_is_of_the_cells() -> None:
    with zipfile.ZipFile(io.BytesIO(make_xlsx(document=of_months(kind=ChartKind.COLUMN), made_at=NOW))) as book:
        chart = book.read("xl/charts/chart1.xml").decode()
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<c:f>各月!$B$4:$B$7</c:f>" in chart
    assert "<c:f>各月!$A$4:$A$7</c:f>" in chart
    assert re.search(r'<c r="B4"[^>]*><v>50</v>', sheet)
