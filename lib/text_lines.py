"""The lines of a text file in UTF-8 or GB18030, bounded and numbered, with a way back after a stray quotation mark."""

import codecs
from collections.abc import Iterator
from pathlib import Path

LINE_CHARACTERS_MAX = 1_000_000  # one row of a table is a few hundred; more was never a table
PIECE_BYTES = 1 << 20


class EncodingError(Exception):
    """The file is in no encoding that we read."""


def detect_encoding(*, path: Path) -> tuple[str, int]:
    """The first of UTF-8 and GB18030 that decodes the whole file strictly, and how many line ends it has.

    :raises EncodingError: neither does.
    """
    with path.open("rb") as file:
        start = file.read(4)
    # With a byte order mark it says itself what it is: no guessing.
    candidates = ("utf-8-sig",) if start.startswith(codecs.BOM_UTF8) else ("utf-8", "gb18030")
    for encoding in candidates:
        decoder = codecs.getincrementaldecoder(encoding)()
        line_count = 0
        try:
            with path.open("rb") as file:
                while piece := file.read(PIECE_BYTES):
                    decoder.decode(piece)
                    line_count += piece.count(b"\n")
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding, line_count
    raise EncodingError(f"{path} 既不是UTF-8也不是GB18030，请另存为CSV UTF-8 (neither UTF-8 nor GB18030)")


class Lines:
    """The lines of a text file, none longer than the limit, numbered as a person counts them.

    `record` holds the lines handed out since it was last cleared, so that all but the first can be `push`ed back:
    behind a quotation mark that is never closed, reading begins again on the next line.
    """

    def __init__(self, *, path: Path, encoding: str) -> None:
        self._file = path.open(encoding=encoding, newline="")
        self._again: list[str] = []
        self.number = 0
        self.record: list[str] = []
        self.was_cut = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else self._read()
        if not line:
            raise StopIteration
        self.number += 1
        self.record.append(line)
        return line

    def __enter__(self) -> "Lines":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def begin_record(self) -> int:
        """Forget the lines of the record before; returns the number of the line that comes next."""
        self.record = []
        self.was_cut = False
        return self.number + 1

    def push_back_all_but_first(self) -> None:
        """Hand out the lines of this record again, from its second on."""
        again = self.record[1:]
        self._again.extend(reversed(again))
        self.number -= len(again)

    def _read(self) -> str:
        line = self._file.readline(LINE_CHARACTERS_MAX)
        if len(line) < LINE_CHARACTERS_MAX or line.endswith(("\n", "\r")):
            return line
        self.was_cut = True
        while (rest := self._file.readline(LINE_CHARACTERS_MAX)) and not rest.endswith(("\n", "\r")):
            pass
        return line + "\n"
