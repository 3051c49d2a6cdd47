"""QR codes: made as SVG for screens under a strict content policy, and read from a photo that somebody took of one."""

import io

import segno
import zxingcpp

from lib.pictures import upright_picture


def qr_svg(*, text: str, title: str) -> str:
    """An inline SVG element with a title for those who do not see it; error correction M, quiet zone included.

    No style and no script; dark on white in every theme.
    """
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=False, omitsize=True, dark="#000000", light="#ffffff", title=title
    )
    return out.getvalue().decode()


def read_qr(*, data: bytes) -> str | None:
    """The text of the QR in a photo (JPEG, PNG or WebP, any side up); None where none can be read.

    :raises lib.picture_headers.PictureRefused: it is no such picture, or too large.
    """
    wanted = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found = zxingcpp.read_barcodes(upright_picture(data=data), formats=wanted)
    return found[0].text if found else None
