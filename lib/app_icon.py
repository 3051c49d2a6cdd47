"""The mark of 分分 as a picture for a phone's home screen, drawn here: no file to keep beside the one in SVG."""

import io

from PIL import Image, ImageDraw

_GREEN, _WHITE = (27, 99, 56), (255, 255, 255)
_GRID = 48  # the mark is drawn on as many units as pages/favicon.svg
_SCALE = 0.84  # so much of the mark that a round mask cuts nothing off
_FINER = 4  # drawn so much larger, then made small: smooth edges


def app_icon(*, side_px: int) -> bytes:
    """A square PNG without transparency; the corners are the phone's to round."""
    side = side_px * _FINER
    picture = Image.new("RGB", (side, side), _GREEN)
    draw = ImageDraw.Draw(picture)

    def at(x: float, y: float) -> tuple[float, float]:
        return _placed(x, side=side), _placed(y, side=side)

    draw.polygon([at(22.3, 9.5), at(8, 25), at(18.5, 25)], fill=_WHITE)
    draw.polygon([at(25.7, 9.5), at(40, 25), at(29.5, 25)], fill=_WHITE)
    draw.rounded_rectangle([at(9, 29), at(22, 39)], radius=3 * _SCALE * side / _GRID, fill=_WHITE)
    draw.ellipse([at(27, 28), at(39, 40)], fill=_WHITE)
    out = io.BytesIO()
    picture.resize((side_px, side_px), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


def _placed(value: float, *, side: int) -> float:
    """Where a unit of the grid lies in the picture."""
    return (_GRID / 2 + (value - _GRID / 2) * _SCALE) * side / _GRID
