"""这是什么垃圾: everyday things by category, found by characters, pinyin or initials. Data: waste_items.toml."""

import tomllib
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from lib.pinyin import full_pinyin, pinyin_initials
from sorting.categories import SubClass, WasteCategory

DATA = Path(__file__).with_name("waste_items.toml")
QUERY_CHARACTERS_MAX = 40  # longer than any name
RESULTS_MAX = 30  # more is no answer


class SpecialKind(StrEnum):
    """What belongs into none of the four bins."""

    BULKY = "BULKY"
    APPLIANCE = "APPLIANCE"
    RENOVATION = "RENOVATION"
    OTHER = "OTHER"

    @property
    def label(self) -> str:
        """The word on screen."""
        return _SPECIAL_WORDS[self]


_SPECIAL_WORDS = {
    SpecialKind.BULKY: "大件垃圾",
    SpecialKind.APPLIANCE: "废旧大家电",
    SpecialKind.RENOVATION: "装修垃圾",
    SpecialKind.OTHER: "不进四类桶",
}


@dataclass(frozen=True, slots=True)
class WasteItem:
    """One thing: its names, the first of which is shown, what it is and why, and what to do first.

    `category` is None for what belongs into none of the four bins; `special` then says what it is.
    """

    names: tuple[str, ...]
    category: WasteCategory | None
    sub_class: SubClass | None
    special: SpecialKind | None
    reason: str
    first: str

    @property
    def name(self) -> str:
        """The name that is shown."""
        return self.names[0]


def search_waste_items(*, text: str) -> list[WasteItem]:
    """The items that the text may mean, the likeliest first, at most RESULTS_MAX; none for an empty text.

    Characters, full pinyin ("xijiaoping") and initials ("xjp") are understood. A name that is the text itself comes
    before one that begins with it, and that before one that holds it or is held by it ("矿泉水瓶子").
    """
    wanted = _normal(text)[:QUERY_CHARACTERS_MAX]
    if not wanted:
        return []
    ranked = [
        (rank, len(item.name), order, item)
        for order, (item, keys) in enumerate(_index())
        if (rank := min(_rank(wanted=wanted, key=key) for key in keys)) < _NO_MATCH
    ]
    return [item for *_, item in sorted(ranked, key=lambda each: each[:3])[:RESULTS_MAX]]


@lru_cache(maxsize=1)
def waste_items() -> tuple[WasteItem, ...]:
    """Every item of the district's guide.

    :raises ValueError, KeyError: the file names a category that does not exist, or an item twice.
    """
    groups = tomllib.loads(DATA.read_text(encoding="utf8"))["group"]
    items = tuple(
        WasteItem(
            names=tuple(spelled.split("/")),
            category=WasteCategory(group["category"]) if "category" in group else None,
            sub_class=SubClass(group["sub_class"]) if "sub_class" in group else None,
            special=SpecialKind(group["special"]) if "special" in group else None,
            reason=group["reason"],
            first=group["first"],
        )
        for group in groups
        for spelled in group["items"].split()
    )
    names = [name for item in items for name in item.names]
    if len(set(names)) != len(names):
        raise ValueError(f"twice: {sorted({name for name in names if names.count(name) > 1})}")
    return items


_NO_MATCH = 9
_Key = tuple[str, str, str]  # characters, full pinyin, initials


def _rank(*, wanted: str, key: _Key) -> int:
    characters, full, initials = key
    if wanted == characters:
        return 0
    if wanted in (full, initials):
        return 1
    if characters.startswith(wanted):
        return 2
    if wanted in characters or (len(characters) > 1 and characters in wanted):
        return 3
    if wanted.isascii() and len(wanted) > 1:
        if full.startswith(wanted) or initials.startswith(wanted):
            return 4
        if len(wanted) > 2 and wanted in full:
            return 5
    return _NO_MATCH


@lru_cache(maxsize=1)
def _index() -> tuple[tuple[WasteItem, tuple[_Key, ...]], ...]:
    return tuple(
        (
            item,
            tuple(
                (_normal(name), full_pinyin(text=_normal(name)), pinyin_initials(text=_normal(name)))
                for name in item.names
            ),
        )
        for item in waste_items()
    )


def _normal(text: str) -> str:
    """Full-width forms, capitals, spaces and apostrophes do not matter."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())
