"""A document of tables for people to file: what it says, before it becomes an xlsx or a PDF."""

import datetime as dt
import enum
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image

PICTURE_FORMATS = ("WEBP", "JPEG", "PNG")


@dataclass(frozen=True, slots=True)
class Picture:
    """A small picture in a cell: the bytes of a WebP, JPEG or PNG of our own making."""

    data: bytes

    def as_jpeg(self) -> tuple[bytes, int, int]:
        """As JPEG, which every spreadsheet shows, with width and height in pixels."""
        out = io.BytesIO()
        with Image.open(io.BytesIO(self.data), formats=PICTURE_FORMATS) as picture:
            picture.convert("RGB").save(out, "JPEG", quality=80)
            return out.getvalue(), picture.width, picture.height


Cell = str | int | float | dt.datetime | dt.date | Picture | None


class ChartKind(enum.Enum):
    """Bars from zero, or lines that break where there is no data."""

    COLUMN = "column"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class TableChart:
    """A chart of a table's own rows: its first column along the foot, the numbers of `columns` as series."""

    title: str
    kind: ChartKind
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DocumentTable:
    """A table: headings, the width of each column in Chinese characters, rows, and a line of totals where it has one.

    Moments are local times; None shows as —: no data is no number. `note` says what the table leaves out; `charts`
    draw its rows.
    """

    title: str
    headings: tuple[str, ...]
    widths: tuple[int, ...]
    rows: Sequence[tuple[Cell, ...]]
    totals: tuple[Cell, ...] = ()
    note: str = ""
    charts: tuple[TableChart, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A title, lines below it (whose, of which days, made when), tables, and who signs it on paper."""

    title: str
    lines: tuple[str, ...]
    tables: list[DocumentTable] = field(default_factory=list)
    signers: tuple[str, ...] = ()


def cell_words(cell: Cell) -> str:
    """The cell as print shows it."""
    if cell is None or isinstance(cell, Picture):
        return "—" if cell is None else ""
    if isinstance(cell, dt.datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, dt.date):
        return f"{cell:%Y-%m-%d}"
    if isinstance(cell, float):
        return f"{cell:,.2f}"
    return f"{cell:,}" if isinstance(cell, int) else cell
