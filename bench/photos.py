"""bench photos: photos a second on one core, beside Pillow alone; the peak memory with the largest that are allowed.

Ours is all that becomes of a photo before the database: header read, bounds, draft, turned, two WebP pictures, hash.
Raw is Pillow's own draft, resize and save of the same two sizes. `python3 run.py bench photos [--rounds N]`.
"""

import argparse
import io
import re
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PIL import Image

from lib.pictures import (
    JPEG_PIXELS_MAX,
    LARGE_SIDE_MAX,
    PNG_PIXELS_MAX,
    PROGRESSIVE_PIXELS_MAX,
    SMALL_SIDE_MAX,
    WEBP_METHOD,
    WEBP_PIXELS_MAX,
    WEBP_QUALITY,
    make_pictures,
)

PHOTO_PX = (4_000, 3_000)
PHOTOS_A_ROUND = 10
LARGEST: dict[str, tuple[int, dict[str, Any]]] = {
    "jpeg": (JPEG_PIXELS_MAX, {"format": "JPEG", "quality": 60}),
    "progressive": (PROGRESSIVE_PIXELS_MAX, {"format": "JPEG", "quality": 60, "progressive": True}),
    "png": (PNG_PIXELS_MAX, {"format": "PNG", "compress_level": 1}),
    "webp": (WEBP_PIXELS_MAX, {"format": "WEBP", "quality": 60, "method": 0}),
}

# In a process of its own: what it held before it saw the photo, and at most. VmHWM begins anew with each program.
_PEAK = """
import re, sys
from pathlib import Path
import lib.pictures
from PIL import Image
Image.init()
def peak_kb(): return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
before = peak_kb()
lib.pictures.make_pictures(data=Path(sys.argv[1]).read_bytes())
print("peak", before, peak_kb())
"""


def photo(*, size: tuple[int, int]) -> Image.Image:
    """Soft shapes with some grain, as a lens makes them; the same each time but for the grain."""
    bands = [Image.effect_noise((size[0] // 16, size[1] // 16), 90).resize(size, Image.Resampling.BICUBIC)] * 3
    grain = Image.effect_noise(size, 12)
    return Image.blend(Image.merge("RGB", bands), Image.merge("RGB", [grain] * 3), 0.2)


def raw(data: bytes) -> None:
    """Pillow alone, without a look at what it is given."""
    with Image.open(io.BytesIO(data)) as opened:
        opened.draft(None, (LARGE_SIDE_MAX, LARGE_SIDE_MAX * opened.height // opened.width))
        picture: Image.Image = opened
        for side in (LARGE_SIDE_MAX, SMALL_SIDE_MAX):
            size = (side, side * picture.height // picture.width)
            picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
            picture.save(io.BytesIO(), format="WEBP", quality=WEBP_QUALITY, method=WEBP_METHOD)


def ours(data: bytes) -> None:
    """All that we do."""
    make_pictures(data=data)


def rate(*, work: Callable[[bytes], None], data: bytes) -> float:
    """Photos a second of processor time: the machine may be shared."""
    started = time.process_time()
    for _ in range(PHOTOS_A_ROUND):
        work(data)
    return PHOTOS_A_ROUND / (time.process_time() - started)


def measure(*, rounds: int) -> None:
    """Raw and ours by turns on a photo of 12 megapixels."""
    out = io.BytesIO()
    photo(size=PHOTO_PX).save(out, format="JPEG", quality=85)
    data = out.getvalue()
    pairs = [(rate(work=raw, data=data), rate(work=ours, data=data)) for _ in range(rounds)]
    ratios = [mine / bare for bare, mine in pairs]
    print(
        f"bench=photos workers=1 ratio={statistics.median(ratios):.2f} "
        f"ours_per_s={statistics.median(mine for _, mine in pairs):.1f} "
        f"raw_per_s={statistics.median(bare for bare, _ in pairs):.1f} bytes={len(data)}",
        flush=True,
    )


def measure_memory() -> None:
    """What the largest allowed of each kind takes."""
    with tempfile.TemporaryDirectory(prefix="fenfen-photos-") as folder:
        for kind, (pixels_max, options) in LARGEST.items():
            side = int(pixels_max**0.5)
            path = Path(folder) / kind
            with warnings.catch_warnings(action="ignore"):
                photo(size=(side, side)).save(path, **options)
            done = subprocess.run(
                [sys.executable, "-c", _PEAK, str(path)],
                cwd=Path(__file__).resolve().parent.parent,
                capture_output=True,
                text=True,
                check=True,
            )
            found = re.search(r"peak (\d+) (\d+)", done.stdout)
            if found is None:
                raise SystemExit(f"bench=photos: no figure from the process for {kind}")
            before, peak = (int(each) / 1024 for each in found.groups())
            print(
                f"bench=photos case=largest_{kind} megapixels={side * side / 1e6:.1f} bytes={path.stat().st_size} "
                f"peak_mb={peak:.0f} of_the_photo_mb={peak - before:.0f}",
                flush=True,
            )


def main() -> None:
    """Measure speed, then memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    measure(rounds=options.rounds)
    measure_memory()


if __name__ == "__main__":
    main()
