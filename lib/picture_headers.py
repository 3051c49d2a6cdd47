"""What the bytes of a picture say of themselves, read without decoding: format, size, where it ends. Pure."""

import re
import struct
from dataclasses import dataclass
from typing import ClassVar

from lib.errors import DomainError

JPEG_SCANS_MAX = 64  # cameras write about 10; thousands of scans of one picture keep a core busy for minutes

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# In a scan, 0xFF before a zero is data, before D0-D7 a restart, before another 0xFF filling.
_MARKER_AFTER_SCAN = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length


class PictureRefused(DomainError):
    """The picture is not taken."""

    code = "photo_damaged"
    message = "照片损坏或不完整 (the photo is damaged or cut off)"


class PictureFormatRefused(PictureRefused):
    """It is no still JPEG, PNG or WebP."""

    code = "photo_format_refused"
    message = "只接受单幅 JPEG、PNG 或 WebP 照片 (a single JPEG, PNG or WebP picture only)"


class PictureTooLarge(PictureRefused):
    """It has more pixels than are decoded."""

    code = "photo_too_many_pixels"
    message = "照片像素过多 (too many pixels)"


class PictureHasTrailer(PictureRefused):
    """Something follows the picture in the same bytes: they may be two files at once."""

    code = "photo_trailing_data"
    message = "照片之后还有其他数据 (other data follow the picture)"


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """`width` and `height` as stored, before orientation. `is_one_scan`: a JPEG that is decoded line by line."""

    JPEG: ClassVar[str] = "JPEG"
    PNG: ClassVar[str] = "PNG"
    WEBP: ClassVar[str] = "WEBP"

    format: str
    width: int
    height: int
    is_one_scan: bool = False


def read_header(*, data: bytes) -> PictureHeader:
    """The header of the one still picture that `data` is, from its first byte to its last.

    :raises PictureFormatRefused: another format, an animation, or several pictures (MPO).
    :raises PictureHasTrailer: bytes after its end.
    :raises PictureRefused: it ends too early or its parts make no sense.
    """
    try:
        if data.startswith(b"\xff\xd8\xff"):
            header = _read_jpeg(data)
        elif data.startswith(_PNG_SIGNATURE):
            header = _read_png(data)
        elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            header = _read_webp(data)
        else:
            raise PictureFormatRefused
    except (struct.error, IndexError) as error:  # the bytes end inside a field
        raise PictureRefused from error
    if header.width < 1 or header.height < 1:
        raise PictureRefused
    return header


def _read_jpeg(data: bytes) -> PictureHeader:
    position, scan_count, is_one_scan = 2, 0, False
    frame: tuple[int, int, int, int] | None = None
    while True:
        position, marker = _next_marker(data, position)
        if marker == 0xD9:
            break
        if marker in _JPEG_BARE:
            continue
        (length,) = struct.unpack_from(">H", data, position)
        segment = data[position + 2 : position + length]
        if length < 2 or len(segment) != length - 2:
            raise PictureRefused
        position += length
        if marker == 0xE2 and segment.startswith(b"MPF\x00"):
            raise PictureFormatRefused
        if marker in _JPEG_FRAMES:
            if frame is not None:
                raise PictureRefused
            _, height, width, component_count = struct.unpack_from(">BHHB", segment)
            if component_count not in (1, 3):
                raise PictureFormatRefused("只接受灰度或彩色 JPEG，不接受 CMYK (JPEG in grey or RGB only, no CMYK)")
            frame = (marker, width, height, component_count)
        if marker == 0xDA:
            if frame is None:
                raise PictureRefused
            scan_count += 1
            if scan_count > JPEG_SCANS_MAX:
                raise PictureRefused
            # libjpeg keeps all coefficients of a picture whose components come in several scans.
            is_one_scan = scan_count == 1 and frame[0] in (0xC0, 0xC1) and segment[0] == frame[3]
            found = _MARKER_AFTER_SCAN.search(data, position)
            if found is None:
                raise PictureRefused
            position = found.end() - 2
    if frame is None or scan_count == 0:
        raise PictureRefused
    # Some cameras fill their last block with zeros; nothing can hide there.
    if data[position:].strip(b"\x00"):
        raise PictureHasTrailer
    return PictureHeader(format=PictureHeader.JPEG, width=frame[1], height=frame[2], is_one_scan=is_one_scan)


def _next_marker(data: bytes, position: int) -> tuple[int, int]:
    """The marker at `position`, filling before it skipped, and where its segment begins."""
    if data[position] != 0xFF:
        raise PictureRefused
    while data[position] == 0xFF:
        position += 1
    return position + 1, data[position]


def _read_png(data: bytes) -> PictureHeader:
    width, height = struct.unpack_from(">II", data, 16)
    position, kind = len(_PNG_SIGNATURE), b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, position)
        if (position == len(_PNG_SIGNATURE)) != (kind == b"IHDR"):
            raise PictureRefused
        if kind == b"acTL":
            raise PictureFormatRefused
        position += 12 + length
        if position > len(data):
            raise PictureRefused
    if position != len(data):
        raise PictureHasTrailer
    return PictureHeader(format=PictureHeader.PNG, width=width, height=height)


def _read_webp(data: bytes) -> PictureHeader:
    (size,) = struct.unpack_from("<I", data, 4)
    end = 8 + size + size % 2
    if end > len(data):
        raise PictureRefused
    if end != len(data):
        raise PictureHasTrailer
    kind = data[12:16]
    if kind == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    elif kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        width, height = (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    elif kind == b"VP8X":
        if data[20] & 0x02:  # the flag of an animation
            raise PictureFormatRefused
        width = int.from_bytes(data[24:27], "little") + 1
        height = int.from_bytes(data[27:30], "little") + 1
        if len(data) < 30:
            raise PictureRefused
    else:
        raise PictureRefused
    return PictureHeader(format=PictureHeader.WEBP, width=width, height=height)
