"""Catalogues of translations as GNU gettext writes them: reading a .po file, and the bytes of its .mo file.

The formats are those of the GNU gettext manual, "The Format of PO Files" and "The Format of GNU MO Files". Fuzzy and
obsolete entries, contexts and catalogues in other encodings than UTF-8 are not among ours.
"""

import ast
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MAGIC = 0x950412DE
_LINE = re.compile(r'(?:(msgid|msgid_plural|msgstr|msgstr\[(\d)\]) )?(".*")')


class CatalogueBroken(ValueError):
    """A line of a .po file that is none, or an entry that comes twice."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A text and its translations: one, or one for each plural form of the language."""

    msgid: str
    is_counted: bool
    translations: tuple[str, ...]


def read_po(*, text: str) -> dict[str, Entry]:
    """The entries by their text; the header has the empty one.

    :raises CatalogueBroken: as it says.
    """
    entries: dict[str, Entry] = {}
    for block in re.split(r"\n\s*\n", text.strip()):
        fields: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            found = _LINE.fullmatch(line.strip())
            if found is None or not (name := found[1] or name):
                raise CatalogueBroken(line)
            fields[name] = fields.get(name, "") + ast.literal_eval(found[3])
        if not fields:
            continue
        if "msgid" not in fields or fields["msgid"] in entries:
            raise CatalogueBroken(block)
        entries[fields["msgid"]] = Entry(
            msgid=fields["msgid"],
            is_counted="msgid_plural" in fields,
            translations=tuple(value for name, value in fields.items() if name.startswith("msgstr")),
        )
    return entries


def po_block(*, entry: Entry) -> str:
    """The entry as a .po file has it."""
    lines = [f"msgid {_quoted(entry.msgid)}"]
    if entry.is_counted:
        lines.append(f"msgid_plural {_quoted(entry.msgid)}")
        lines += [f"msgstr[{place}] {_quoted(each)}" for place, each in enumerate(entry.translations)]
    else:
        lines.append(f"msgstr {_quoted(entry.translations[0])}")
    return "\n".join(lines) + "\n"


def make_mo(*, entries: Mapping[str, Entry] | Iterable[Entry]) -> bytes:
    """The catalogue as programs read it: a head of seven numbers, two tables of lengths and places, the texts.

    What has no translation is left out. The same entries give the same bytes, in whatever order they come.
    """
    given = entries.values() if isinstance(entries, Mapping) else entries
    pairs = sorted(
        (f"{each.msgid}\0{each.msgid}".encode() if each.is_counted else each.msgid.encode(), _joined(each))
        for each in given
        if all(each.translations)
    )
    table_at = 7 * 4
    texts_at = table_at + len(pairs) * 16
    texts = bytearray()
    tables: list[tuple[int, int]] = []
    for column in (0, 1):
        for pair in pairs:
            tables.append((len(pair[column]), texts_at + len(texts)))
            texts += pair[column] + b"\0"
    head = struct.pack("<7I", MAGIC, 0, len(pairs), table_at, table_at + len(pairs) * 8, 0, texts_at)
    return head + b"".join(struct.pack("<2I", *each) for each in tables) + bytes(texts)


def _joined(entry: Entry) -> bytes:
    return "\0".join(entry.translations).encode()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
