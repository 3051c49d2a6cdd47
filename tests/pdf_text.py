"""The text of one of our PDFs, read back by the maps from glyph to character that the file carries."""

import re
import zlib

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_SHOWN = re.compile(rb"\((?:\\.|[^\\()])*\)\s*Tj", re.DOTALL)
_MAPPED = re.compile(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]+)>")
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pdf_text(data: bytes) -> str:
    """What is shown, piece after piece, one a line; "?" where no map knows a glyph."""
    streams = [_unpacked(stream) for stream in _STREAM.findall(data)]
    characters: dict[bytes, str] = {}
    for stream in streams:
        if b"beginbfchar" in stream:
            for glyph, character in _MAPPED.findall(stream[stream.index(b"beginbfchar") :]):
                characters[bytes.fromhex(glyph.decode())] = bytes.fromhex(character.decode()).decode("utf-16-be")
    pieces = []
    for stream in streams:
        for shown in _SHOWN.findall(stream):
            raw = _ESCAPED.sub(lambda found: _LETTERS.get(found[1], found[1]), shown[1 : shown.rindex(b")")])
            pieces.append("".join(characters.get(raw[at : at + 2], "?") for at in range(0, len(raw), 2)))
    return "\n".join(pieces)


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream
