"""A sent photo made into ours: two WebP pictures on fresh canvases, and a hash to find its likes. Pure Pillow."""

import io
import warnings
from dataclasses import dataclass

from PIL import Image

from lib.picture_headers import PictureHeader, PictureRefused, PictureTooLarge, read_header

LARGE_SIDE_MAX = 1_600  # px
SMALL_SIDE_MAX = 320  # px
WEBP_QUALITY = 80
WEBP_METHOD = 0  # twice as many photos a second as method 4

# So that no picture takes more than 100 MB while it is decoded; bytes a pixel as measured (Pillow 13, libwebp 1.6).
JPEG_PIXELS_MAX = 50_000_000  # decoded line by line at a half, a quarter or an eighth of its size
PROGRESSIVE_PIXELS_MAX = 12_500_000  # its coefficients are held whole: up to 7 bytes a pixel
PNG_PIXELS_MAX = 8_400_000  # decoded whole: up to 10 bytes a pixel; a photo of more pixels is no PNG of 8 MB
WEBP_PIXELS_MAX = 4_500_000  # 19 bytes a pixel: two canvases of libwebp's, and the copies of both

HASH_BITS = 64
FLAT_SHADES_MAX = 12  # of 255: what differs less is night, fog or a covered lens, and its hash is noise

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class Pictures:
    """`large` and `small` are WebP files, `width` and `height` those of `large`, in px.

    `dhash` is the 64-bit difference hash, 0 to 2^64 - 1. `is_flat`: too little to see for a hash to mean anything.
    """

    large: bytes
    small: bytes
    width: int
    height: int
    dhash: int
    is_flat: bool


def make_pictures(*, data: bytes) -> Pictures:
    """Decode a photo that somebody sent and make our two pictures of it, upright, with nothing of the original file.

    Transparent parts become white. Colours are taken as sRGB.

    :raises PictureRefused: what it is not: a whole, still, bounded JPEG, PNG or WebP. Nothing was decoded then,
        unless it is damaged inside.
    """
    large = upright_picture(data=data)
    small = _fitted(picture=large, side_max=SMALL_SIDE_MAX)
    shades = list(small.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes())
    return Pictures(
        large=_webp(picture=large),
        small=_webp(picture=small),
        width=large.width,
        height=large.height,
        dhash=_dhash(shades=shades),
        is_flat=max(shades) - min(shades) <= FLAT_SHADES_MAX,
    )


def upright_picture(*, data: bytes) -> Image.Image:
    """The photo upright in RGB on a fresh canvas, its longer side at most LARGE_SIDE_MAX.

    :raises PictureRefused: as make_pictures.
    """
    header = read_header(data=data)
    _refuse_too_many_pixels(header=header)
    return _fitted(picture=_decoded(data=data, header=header), side_max=LARGE_SIDE_MAX)


def _refuse_too_many_pixels(*, header: PictureHeader) -> None:
    pixels_max = JPEG_PIXELS_MAX if header.is_one_scan else PROGRESSIVE_PIXELS_MAX
    if header.format != PictureHeader.JPEG:
        pixels_max = PNG_PIXELS_MAX if header.format == PictureHeader.PNG else WEBP_PIXELS_MAX
    if header.width * header.height > pixels_max:
        raise PictureTooLarge(
            f"照片超过 {pixels_max / 1e6:g} 百万像素 (over {pixels_max / 1e6:g} megapixels for this kind of file)"
        )


def _decoded(*, data: bytes, header: PictureHeader) -> Image.Image:
    """The picture upright on a fresh canvas, at most LARGE_SIDE_MAX."""
    try:
        # Pillow warns of large sizes, which are bounded above, and of odd metadata, which go.
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data), formats=[header.format]) as opened:
            if opened.size != (header.width, header.height) or opened.format != header.format:
                raise PictureRefused
            orientation = opened.getexif().get(_ORIENTATION, 1)
            target = _target(size=opened.size, side_max=LARGE_SIDE_MAX)
            opened.draft(None, target)
            opened.load()
            picture = _opaque(picture=opened, target=target)
    except PictureRefused:
        raise
    except Exception as error:
        # Decoders raise whatever they meet in hostile bytes: struct.error, zlib.error, SyntaxError, KeyError…
        raise PictureRefused from error
    return _upright(picture=picture, orientation=orientation)


def _opaque(*, picture: Image.Image, target: tuple[int, int]) -> Image.Image:
    """The picture in RGB at its final size, on white where it is transparent."""
    if picture.mode.startswith("I"):
        # Sixteen bits of grey: convert("L") would cut off, not scale.
        picture = picture.convert("I").point(lambda shade: shade * (1 / 257)).convert("L")
    has_alpha = picture.has_transparency_data
    if picture.mode not in ("RGB", "L", "RGBA"):
        picture = picture.convert("RGBA" if has_alpha else "RGB")
    elif has_alpha and picture.mode != "RGBA":
        picture = picture.convert("RGBA")
    if picture.size != target:
        picture = picture.resize(target, Image.Resampling.LANCZOS, reducing_gap=2.0)
    canvas = Image.new("RGB", target, "white")
    canvas.paste(picture, mask=picture.getchannel("A") if has_alpha else None)
    return canvas


def _upright(*, picture: Image.Image, orientation: object) -> Image.Image:
    """Turned as the camera said it was held (EXIF 2 to 8); an unknown orientation is none."""
    turn = _TURNS.get(orientation) if isinstance(orientation, int) else None
    return picture if turn is None else picture.transpose(turn)


def _fitted(*, picture: Image.Image, side_max: int) -> Image.Image:
    target = _target(size=picture.size, side_max=side_max)
    return picture if target == picture.size else picture.resize(target, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _target(*, size: tuple[int, int], side_max: int) -> tuple[int, int]:
    """The size with the longer side at most `side_max`, no side under 1."""
    scale = min(1.0, side_max / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _webp(*, picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, format="WEBP", quality=WEBP_QUALITY, method=WEBP_METHOD)
    return out.getvalue()


def _dhash(*, shades: list[int]) -> int:
    """One bit for each neighbour to the right that is darker, in 8 rows of 9 shades."""
    bits = 0
    for row in range(8):
        for column in range(8):
            bits = bits << 1 | (shades[row * 9 + column] > shades[row * 9 + column + 1])
    return bits
