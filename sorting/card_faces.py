"""A household's QR card as a picture of the size of a bank card, and many of them on sheets of A4 with marks to cut by.

A sheet holds the very pictures, so what was read from one is read from the other; no font has to be on the printer.
"""

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import pylopdf_fonts_zh_cn
import segno
from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

from sorting.categories import CATEGORY_FACTS

DOTS_AN_INCH = 300
CARD_MM = (85.6, 54.0)  # ISO/IEC 7810 ID-1
CARD_PX = (1_011, 638)
QR_PX = 400  # at most; 33 mm
SHEET_MM = (210.0, 297.0)
COLUMNS, ROWS = 2, 5
CARDS_A_SHEET = COLUMNS * ROWS
_MARK_MM = 4.0
_GAP_MM = 1.5  # between the card's edge and the mark
_INK, _GREY = "#1a1a1a", "#595959"
_MARGIN = 44
_BAND_PX = 96


@dataclass(frozen=True, slots=True)
class CardFace:
    """What one card shows: the link in its QR, its community, and its door, "" where it is not to be printed."""

    link: str
    community: str
    door: str


def card_picture(*, face: CardFace) -> Image.Image:
    """The card, 85.6 × 54 mm at 300 dots an inch."""
    width, height = CARD_PX
    picture = Image.new("RGB", CARD_PX, "#ffffff")
    draw = ImageDraw.Draw(picture)
    code = _qr(text=face.link)
    picture.paste(code, (width - code.width - 24, (height - _BAND_PX - code.height) // 2))
    draw.text((_MARGIN, 44), "生活垃圾分类", font=_font(52), fill=_INK)
    draw.text((_MARGIN, 114), "住户卡", font=_font(52), fill=_INK)
    room = width - code.width - 24 - _MARGIN
    _fitted(draw, text=face.community, at=(_MARGIN, 236), size=44, room=room)
    _fitted(draw, text=face.door, at=(_MARGIN, 300), size=44, room=room)
    draw.text((_MARGIN, 410), "投放时对准桶上的扫码口", font=_font(28), fill=_GREY)
    draw.text((_MARGIN, 450), "只记投放，不能花积分", font=_font(28), fill=_GREY)
    draw.text((_MARGIN, 490), "遗失请向物业或督导员补办", font=_font(28), fill=_GREY)
    _bands(draw)
    return picture


def card_png(*, face: CardFace) -> bytes:
    """The card as a PNG."""
    out = io.BytesIO()
    card_picture(face=face).save(out, "PNG", dpi=(DOTS_AN_INCH, DOTS_AN_INCH), compress_level=3)
    return out.getvalue()


def cards_zip(*, faces: Sequence[CardFace]) -> bytes:
    """A PNG a card, numbered in the order given: no door stands in a file's name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for number, face in enumerate(faces, start=1):
            archive.writestr(f"card-{number:03d}.png", card_png(face=face))
    return out.getvalue()


def card_sheets(*, faces: Sequence[CardFace], made_at: dt.datetime) -> bytes:
    """Sheets of A4, ten cards on each, as PDF."""
    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(False)
    pdf.set_creation_date(made_at)
    pdf.set_title("Fenfen cards")
    left = (SHEET_MM[0] - COLUMNS * CARD_MM[0]) / 2
    top = (SHEET_MM[1] - ROWS * CARD_MM[1]) / 2
    for position, face in enumerate(faces):
        place = position % CARDS_A_SHEET
        if place == 0:
            pdf.add_page()
            _cut_marks(pdf, left=left, top=top)
        row, column = divmod(place, COLUMNS)
        pdf.image(
            card_picture(face=face), x=left + column * CARD_MM[0], y=top + row * CARD_MM[1], w=CARD_MM[0], h=CARD_MM[1]
        )
    return bytes(pdf.output())


def _cut_marks(pdf: FPDF, *, left: float, top: float) -> None:
    """Short lines around the block, where the edges of the cards meet the paper's margin."""
    pdf.set_line_width(0.1)
    right, bottom = left + COLUMNS * CARD_MM[0], top + ROWS * CARD_MM[1]
    for column in range(COLUMNS + 1):
        x = left + column * CARD_MM[0]
        pdf.line(x, top - _GAP_MM - _MARK_MM, x, top - _GAP_MM)
        pdf.line(x, bottom + _GAP_MM, x, bottom + _GAP_MM + _MARK_MM)
    for row in range(ROWS + 1):
        y = top + row * CARD_MM[1]
        pdf.line(left - _GAP_MM - _MARK_MM, y, left - _GAP_MM, y)
        pdf.line(right + _GAP_MM, y, right + _GAP_MM + _MARK_MM, y)


def _bands(draw: ImageDraw.ImageDraw) -> None:
    """The four categories with their names along the lower edge: never the colour alone."""
    width, height = CARD_PX
    for number, facts in enumerate(CATEGORY_FACTS.values()):
        left, right = width * number // 4, width * (number + 1) // 4
        draw.rectangle((left, height - _BAND_PX, right - 1, height), fill=facts.colour)
        middle = ((left + right) // 2, height - _BAND_PX // 2)
        draw.text(middle, facts.name_zh, font=_font(40), fill="#ffffff", anchor="mm")


def _qr(*, text: str) -> Image.Image:
    """The QR in whole dots a module, quiet zone included."""
    code = segno.make(text, error="m", micro=False)
    scale = max(1, QR_PX // code.symbol_size(scale=1, border=4)[0])
    rows = [bytes(0 if dark else 255 for dark in row) for row in code.matrix_iter(scale=scale, border=4)]
    return Image.frombytes("L", (len(rows[0]), len(rows)), b"".join(rows))


def _fitted(draw: ImageDraw.ImageDraw, *, text: str, at: tuple[int, int], size: int, room: int) -> None:
    """Write the text, smaller where it would run into the QR, and cut where even that is not enough."""
    while size > 24 and draw.textlength(text, font=_font(size)) > room:
        size -= 2
    while draw.textlength(text, font=_font(size)) > room:
        text = text.rstrip("…")[:-1] + "…"
    draw.text(at, text, font=_font(size), fill=_INK)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(pylopdf_fonts_zh_cn.sans_path()), size)
