"""A sent photo becomes two WebP pictures without anything of the original file; what else comes is refused."""

import io
import itertools
import os
import random
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from lib.picture_headers import PictureFormatRefused, PictureHasTrailer, PictureRefused, PictureTooLarge
from lib.pictures import PNG_PIXELS_MAX, make_pictures

ROOT = Path(__file__).parents[2]
CANARY = b"CANARY-of-the-Zhang-household"


def scene(*, width: int = 800, height: int = 600, seed: int = 1) -> Image.Image:
    """Some coloured boxes: a picture unlike others of another seed."""
    dice = random.Random(seed)
    picture = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    for _ in range(40):
        left, top = dice.randrange(width), dice.randrange(height)
        box = (left, top, left + width // 4, top + height // 4)
        draw.rectangle(box, fill=(dice.randrange(256), dice.randrange(256), dice.randrange(256)))
    return picture


def saved(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    picture.save(out, format=kind, **options)
    return out.getvalue()


def png_of_zeros(*, width: int, height: int) -> bytes:
    """A grey PNG that unpacks to width × height: small to send, large to hold."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    packed = b"".join([*(packer.compress(bytes(width + 1)) for _ in range(height)), packer.flush()])
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_kind_becomes_two_webp_pictures(kind: str) -> None:
    made = make_pictures(data=saved(scene(width=2_400, height=1_800), kind))
    sizes = [Image.open(io.BytesIO(each), formats=["WEBP"]).size for each in (made.large, made.small)]
    assert sizes == [(1_600, 1_200), (320, 240)]
    assert (made.width, made.height) == (1_600, 1_200)


def test_a_small_photo_is_not_made_larger() -> None:
    made = make_pictures(data=saved(scene(width=200, height=100)))
    assert (made.width, made.height) == (200, 100)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_place_comments_and_profiles_are_gone_and_the_picture_stands_upright(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: turn a quarter to the right
    exif[0x010E] = CANARY.decode()
    exif.get_ifd(0x8825)[29] = CANARY.decode()  # the GPS block
    options: dict[str, object] = {"exif": exif.tobytes(), "icc_profile": CANARY}
    if kind == "JPEG":
        options["comment"] = CANARY
    if kind == "PNG":
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Comment", CANARY.decode())
        options["pnginfo"] = texts
    picture = Image.new("RGB", (400, 200), "black")
    picture.paste("white", (0, 0, 200, 200))  # the left half, which comes to lie above
    data = saved(picture, kind, **options)
    assert CANARY in data
    made = make_pictures(data=data)
    assert (made.width, made.height) == (200, 400)
    for each in (made.large, made.small):
        assert CANARY not in each
        assert not {b"EXIF", b"ICCP", b"XMP "} & {each[at : at + 4] for at in range(len(each))}
        shown = Image.open(io.BytesIO(each)).convert("L")
        above, below = (shown.getpixel((shown.width // 2, shown.height * part // 4)) for part in (1, 3))
        assert isinstance(above, int | float)
        assert isinstance(below, int | float)
        assert above > 200 > 50 > below


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_unusual_colours_work(mode: str) -> None:
    if mode == "I;16":
        picture = Image.new("I;16", (60, 40), 32_768)
    else:
        picture = Image.new("RGBA", (60, 40), (128, 128, 128, 255)).convert(mode)
    made = make_pictures(data=saved(picture, "PNG"))
    assert (made.width, made.height) == (60, 40)
    if mode == "I;16":
        shade = Image.open(io.BytesIO(made.large)).convert("L").getpixel((5, 5))
        assert isinstance(shade, int | float)
        assert abs(shade - 127) < 6


def test_what_is_transparent_becomes_white() -> None:
    for picture in (Image.new("RGBA", (20, 20), (0, 0, 0, 0)), Image.new("P", (20, 20), 0)):
        made = make_pictures(data=saved(picture, "PNG", **({"transparency": 0} if picture.mode == "P" else {})))
        assert Image.open(io.BytesIO(made.large)).convert("L").getpixel((10, 10)) == 255


@pytest.mark.parametrize("size", [(1, 1), (4_000, 1), (1, 4_000)])
def test_extreme_shapes_work(size: tuple[int, int]) -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        made = make_pictures(data=saved(Image.new("RGB", size), kind))
        assert max(made.width, made.height) == min(1_600, max(size))


def test_other_formats_colours_for_print_animations_and_several_pictures_are_refused() -> None:
    two = {"save_all": True, "append_images": [scene(seed=2)]}
    refused = [
        saved(scene(), "GIF"),
        saved(scene(), "TIFF"),
        saved(scene().convert("CMYK")),
        saved(scene(), "MPO", **two),
        saved(scene(), "PNG", **two),
        saved(scene(), "WEBP", **two),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"",
    ]
    for data in refused:
        with pytest.raises(PictureFormatRefused):
            make_pictures(data=data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_two_files_in_one_and_half_a_file_are_refused(kind: str) -> None:
    data = saved(scene(), kind)
    with pytest.raises(PictureHasTrailer):
        make_pictures(data=data + b"PK\x03\x04 another file")
    for kept in (10, 25, 100, len(data) // 2, len(data) - 1):
        with pytest.raises(PictureRefused):
            make_pictures(data=data[:kept])


def test_pixels_are_counted_before_they_are_decoded() -> None:
    bomb = png_of_zeros(width=13_344, height=13_344)  # 178 megapixels
    assert len(bomb) < 600_000
    with pytest.raises(PictureTooLarge):
        make_pictures(data=bomb)
    with pytest.raises(PictureTooLarge):
        make_pictures(data=png_of_zeros(width=4_000, height=PNG_PIXELS_MAX // 4_000 + 1))


def test_no_bytes_whatever_give_anything_but_a_refusal() -> None:
    dice = random.Random(7)
    refused_count = taken_count = 0
    for kind, _ in itertools.product(("JPEG", "PNG", "WEBP"), range(150)):
        data = bytearray(saved(scene(width=64, height=48), kind))
        for _ in range(dice.randrange(1, 12)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        try:
            make_pictures(data=bytes(data))
            taken_count += 1
        except PictureRefused:
            refused_count += 1
    assert min(refused_count, taken_count) > 0


def test_a_comment_that_unpacks_to_megabytes_is_a_refusal_too() -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "0" * 3_000_000, zip=True)
    data = saved(scene(), "PNG", pnginfo=texts)
    assert len(data) < 50_000
    with pytest.raises(PictureRefused):  # Pillow's own error for it is a ValueError
        make_pictures(data=data)


def test_likes_have_like_hashes_and_the_dark_has_none() -> None:
    first = make_pictures(data=saved(scene(), "PNG"))
    again = make_pictures(data=saved(scene().resize((640, 480)), "JPEG", quality=60))
    other = make_pictures(data=saved(scene(seed=2), "PNG"))
    assert (first.dhash ^ again.dhash).bit_count() <= 3
    assert (first.dhash ^ other.dhash).bit_count() > 10
    assert not first.is_flat
    assert make_pictures(data=saved(Image.new("RGB", (640, 480), (3, 3, 5)))).is_flat


# VmHWM and not ru_maxrss: that one begins with what the parent held when it started the process.
MEASURE = """
import re, sys
from lib.pictures import make_pictures
data = open(sys.argv[1], "rb").read()
def peak(): return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
before = peak()
make_pictures(data=data)
print((peak() - before) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory in /proc")
@pytest.mark.parametrize(
    ("kind", "mode", "size", "options"),
    [
        ("JPEG", "RGB", (8_660, 5_773), {}),
        ("JPEG", "RGB", (4_080, 3_060), {"progressive": True, "subsampling": 0}),
        ("PNG", "RGBA", (3_340, 2_510), {"compress_level": 1}),
        ("PNG", "I;16", (3_340, 2_510), {"compress_level": 1}),
        ("WEBP", "RGBA", (2_400, 1_870), {"method": 0}),
    ],
)
def test_the_largest_allowed_takes_less_than_100_mb(
    kind: str, mode: str, size: tuple[int, int], options: dict[str, object], tmp_path: Path
) -> None:
    picture = scene().convert("I" if mode == "I;16" else mode).convert(mode).resize(size, Image.Resampling.NEAREST)
    if mode == "RGBA":
        picture.putalpha(picture.getchannel("R"))
    (tmp_path / "photo").write_bytes(saved(picture, kind, **options))
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path / "photo")],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert 10 < int(done.stdout) < 100
