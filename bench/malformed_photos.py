"""Pictures that must be refused: bombs, halves, several at once, two files in one, other formats and noise."""

import io
import random
import struct
import zlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from PIL import Image

BOMB_SIDE_PX = 13_344  # 178 megapixels


@cache
def bomb() -> bytes:
    """A grey PNG of under 600 KB that unpacks to 178 MB."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    rows = [packer.compress(bytes(BOMB_SIDE_PX + 1)) for _ in range(BOMB_SIDE_PX)]
    header = struct.pack(">IIBBBBB", BOMB_SIDE_PX, BOMB_SIDE_PX, 8, 0, 0, 0, 0)
    packed = b"".join([*rows, packer.flush()])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@cache
def picture(*, kind: str, mode: str = "RGB", count: int = 1) -> bytes:
    """A small picture as a file of this kind; with `count` 2 an animation, or several pictures in one."""
    dice, out = random.Random(7), io.BytesIO()
    frames = [Image.frombytes("RGB", (64, 48), dice.randbytes(64 * 48 * 3)).convert(mode) for _ in range(count)]
    others: dict[str, Any] = {"save_all": True, "append_images": frames[1:]} if count > 1 else {}
    frames[0].save(out, format=kind, **others)
    return out.getvalue()


def spoilt_picture(*, chance: random.Random) -> bytes:
    """The bytes of no picture that is taken, whatever the chance."""
    return chance.choice(_SPOILT)(chance)


def _half(chance: random.Random) -> bytes:
    whole = picture(kind=chance.choice(("JPEG", "PNG", "WEBP")))
    return whole[: chance.randrange(len(whole) - 1)]


def _two_files(chance: random.Random) -> bytes:
    return picture(kind=chance.choice(("JPEG", "PNG", "WEBP"))) + b"PK\x03\x04" + chance.randbytes(50)


def _noise(chance: random.Random) -> bytes:
    begins = chance.choice((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\x00\x00\x00WEBPVP8 ", b"GIF89a", b""))
    return begins + chance.randbytes(chance.randrange(500))


def _several(chance: random.Random) -> bytes:
    return picture(kind=chance.choice(("MPO", "PNG", "WEBP", "GIF")), count=2)


def _other_format(chance: random.Random) -> bytes:
    return picture(kind=chance.choice(("GIF", "TIFF", "BMP", "ICO", "PPM")))


_SPOILT: Sequence[Callable[[random.Random], bytes]] = (
    *(_half, _two_files, _noise, _several, _other_format),
    lambda _: bomb(),
    lambda _: picture(kind="JPEG", mode="CMYK"),
)
