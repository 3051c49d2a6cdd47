"""What counts as an outline, and how what does not is refused in words."""

import json

import pytest

from lib.outlines import CHARACTERS_MAX, POSITIONS_MAX, OutlineInvalid, parse_outline

SQUARE = [[113.8, 34.0], [113.9, 34.0], [113.9, 34.1], [113.8, 34.1], [113.8, 34.0]]
HOLE = [[113.84, 34.04], [113.86, 34.04], [113.86, 34.06], [113.84, 34.06], [113.84, 34.04]]


def text_of(kind: str, coordinates: object) -> str:
    return json.dumps({"type": kind, "coordinates": coordinates})


def test_an_outline_is_kept_with_the_turns_of_rfc_7946_rounded_and_flat() -> None:
    kept = parse_outline(text=text_of("Polygon", [SQUARE[::-1], HOLE]))
    assert kept == {"type": "Polygon", "coordinates": [SQUARE, HOLE[::-1]]}
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [SQUARE]}}
    assert parse_outline(text=json.dumps(feature)) == {"type": "Polygon", "coordinates": [SQUARE]}
    many = {"type": "MultiPolygon", "coordinates": [[SQUARE], [HOLE]]}
    assert parse_outline(text=json.dumps(many)) == many
    high = [[each + 0.00000004 for each in position] + [72.5] for position in SQUARE]
    assert parse_outline(text=text_of("Polygon", [high]))["coordinates"] == [SQUARE]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("东湖花园", "不是 GeoJSON"),
        ("[" * 5_000, "不是 GeoJSON"),
        ('{"type":"Polygon","coordinates":[[[NaN,34],[1,2],[3,4],[NaN,34]]]}', "不是 GeoJSON"),
        ("[]", "Polygon 或 MultiPolygon"),
        (text_of("Point", [113.8, 34.0]), "Polygon 或 MultiPolygon"),
        (text_of("Polygon", []), "没有边界线"),
        (text_of("Polygon", None), "没有边界线"),
        (text_of("Polygon", [[]]), "至少要 4 个点"),
        (text_of("MultiPolygon", [SQUARE]), "不是 [经度,纬度]"),
        (text_of("Polygon", [SQUARE[:-1]]), "没有闭合"),
        (text_of("Polygon", [[SQUARE[0], SQUARE[1], SQUARE[0]]]), "至少要 4 个点"),
        (text_of("Polygon", [[SQUARE[0], SQUARE[1], SQUARE[1], SQUARE[0]]]), "没有面积"),
        (text_of("Polygon", [[[34.0, 113.8], *SQUARE[1:-1], [34.0, 113.8]]]), "先写经度"),
        (text_of("Polygon", [[[181, 34.0], *SQUARE[1:-1], [181, 34.0]]]), "先写经度"),
        (text_of("Polygon", [[["113.8", 34.0], *SQUARE[1:]]]), "不是 [经度,纬度]"),
        (text_of("Polygon", [[[True, 34.0], *SQUARE[1:]]]), "不是 [经度,纬度]"),
        (text_of("Polygon", [[[10**400, 34.0], *SQUARE[1:]]]), "先写经度"),
        (text_of("Polygon", [[[1, 2]] * POSITIONS_MAX + SQUARE]), "没有闭合"),
        (text_of("Polygon", [SQUARE[:2] + [[1, 2]] * POSITIONS_MAX + SQUARE[2:]]), f"最多 {POSITIONS_MAX} 个"),
        (" " * (CHARACTERS_MAX + 1), "太长"),
    ],
)
def test_what_is_no_outline_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(OutlineInvalid, match=words.replace("[", r"\[").replace("]", r"\]")):
        parse_outline(text=text)
