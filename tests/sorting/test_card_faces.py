"""What is on a card, read back: the QR of the picture and of the sheet is the card's link and nothing else."""

import datetime as dt
import re
import struct
import zipfile
import zlib
from io import BytesIO

from lib.qr import read_qr
from sorting.card_faces import CARD_PX, CARDS_A_SHEET, CardFace, card_png, card_sheets, cards_zip

LINK = "https://fenfen.example/c/0123456789abcdef0123456789abcdef"
ZHANG = CardFace(link=LINK, community="东湖花园", door="1-1-101")
MADE_AT = dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC)
_IMAGE = re.compile(rb"/Subtype /Image(?:(?!stream).)*stream\n(.*?)\nendstream", re.DOTALL)


def numbered(count: int) -> list[CardFace]:
    """Cards of as many households."""
    return [CardFace(link=f"https://fenfen.example/c/{n:032x}", community="东湖花园", door="") for n in range(count)]


def links_on_sheets(*, pdf: bytes) -> list[str]:
    """What a scanner reads from every picture of a PDF, in order."""
    return [read_qr(data=_png(stream=found[1])) or "" for found in _IMAGE.finditer(pdf)]


def _png(*, stream: bytes) -> bytes:
    """A PDF packs the lines of a picture as PNG does: the same bytes, with a head and an end."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", *CARD_PX, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", stream) + chunk(b"IEND", b"")


def test_the_qr_of_zhangs_picture_is_her_cards_link_and_nothing_else() -> None:
    assert read_qr(data=card_png(face=ZHANG)) == LINK


def test_each_card_of_a_sheet_reads_as_its_own_link_and_the_eleventh_starts_a_page() -> None:
    faces = numbered(CARDS_A_SHEET + 1)
    pdf = card_sheets(faces=faces, made_at=MADE_AT)
    assert links_on_sheets(pdf=pdf) == [face.link for face in faces]
    assert pdf.count(b"/Type /Page\n") == 2


def test_the_pictures_of_a_batch_are_numbered_and_no_door_stands_in_a_name() -> None:
    with zipfile.ZipFile(BytesIO(cards_zip(faces=[ZHANG, *numbered(1)]))) as archive:
        assert archive.namelist() == ["card-001.png", "card-002.png"]
        assert read_qr(data=archive.read("card-001.png")) == LINK


def test_a_very_long_community_never_runs_into_the_qr() -> None:
    long = CardFace(link=LINK, community="花园" * 40, door="甲" * 120)
    assert read_qr(data=card_png(face=long)) == LINK


def test_the_door_is_printed_only_where_it_is_given() -> None:
    assert card_png(face=ZHANG) != card_png(face=CardFace(link=LINK, community="东湖花园", door=""))
