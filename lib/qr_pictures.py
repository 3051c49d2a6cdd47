"""Reads the QR code in a photo that somebody took of one. The photo is bounded and made ours before it is looked at."""

import io

import zxingcpp
from PIL import Image

from lib.picture_turns import in_turn
from lib.pictures import make_pictures

QR_ONLY = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def read_qr(*, data: bytes) -> str | None:
    """The text of the first QR code in the picture; None where none is found.

    :raises lib.picture_headers.PictureRefused: the bytes are no picture that is taken.
    :raises lib.picture_turns.PicturesBusy: too many at once.
    """
    return in_turn(work=lambda: _read(data=data))


def _read(*, data: bytes) -> str | None:
    large = make_pictures(data=data).large
    with Image.open(io.BytesIO(large), formats=["WEBP"]) as picture:
        codes = zxingcpp.read_barcodes(picture.convert("L"), formats=QR_ONLY)
    return codes[0].text if codes else None
