"""Pinyin of Chinese text, for finding words by how they are typed: in full, or by their initials."""

from pypinyin import Style, lazy_pinyin


def full_pinyin(*, text: str) -> str:
    """All syllables without tones, as "yintonglan"; what is no Chinese character stays, in lower case."""
    return "".join(lazy_pinyin(text)).lower()


def pinyin_initials(*, text: str) -> str:
    """The first letter of each syllable, as "ytg"; what is no Chinese character stays, in lower case."""
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()
