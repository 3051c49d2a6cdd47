"""What is made can be read again, from a photo taken askew, and a photo of something else is nothing."""

import io
import re

import pytest
import segno
from PIL import Image

from lib.picture_headers import PictureRefused
from lib.qr import qr_svg, read_qr


def photo(text: str, *, turn: float = 0, kind: str = "JPEG") -> bytes:
    """A grey photo of a QR on a table, as a phone takes it."""
    buffer = io.BytesIO()
    segno.make_qr(text, error="m").save(buffer, kind="png", scale=12, border=4)
    code = Image.open(buffer).convert("RGB").rotate(turn, expand=True, fillcolor="#999999")
    table = Image.new("RGB", (2_000, 1_500), "#999999")
    table.paste(code, (500, 400))
    out = io.BytesIO()
    table.save(out, format=kind)
    return out.getvalue()


@pytest.mark.parametrize("turn", [0, 17, 90, 180])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_of_a_code_is_read_whichever_way_it_lies(turn: float, kind: str) -> None:
    assert read_qr(data=photo("123456789016", turn=turn, kind=kind)) == "123456789016"


def test_a_photo_without_a_code_is_nothing_and_no_photo_is_refused() -> None:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "#999999").save(out, format="JPEG")
    assert read_qr(data=out.getvalue()) is None
    with pytest.raises(PictureRefused):
        read_qr(data=b"123456789016")


def test_the_drawing_needs_no_script_and_no_style_and_is_black_on_white() -> None:
    svg = qr_svg(text="123456789016", title="兑换码")
    assert svg.startswith("<svg")
    assert "style" not in svg
    assert "<script" not in svg
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', svg)) <= {"#fff", "#ffffff", "#000", "#000000"}
    assert 'viewBox="0 0 29 29"' in svg  # a plain QR of 21 modules, which every phone reads, and its border
