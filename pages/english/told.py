"""What the domain says in Chinese (refusals, notices, names of choices), in the language of the screen.

The domain speaks Chinese and knows of no screens, and a notice was written when it happened. So its sentences are
translated where they are shown: as they stand, or by the pattern that fits them, from locale/en.
"""

import datetime as dt
import re
from functools import lru_cache

from django.utils import dateformat
from django.utils.translation import get_language, gettext, ngettext

from pages.english.patterns import DATE, PATTERNS

# What these parts of a pattern hold is a word or a sentence of the platform; all others are names, numbers and words
# that somebody wrote, and stay as they are.
OURS = frozenset({"actual", "category", "kind", "outcome", "period", "proof", "reason", "subject", "what_next", "who"})
_NUMBER = r"[-+]?[\d,]+"
_SHAPES = {
    "asked": _NUMBER,
    "count": _NUMBER,
    "date": DATE,
    "kind": r"\S+",
    "missing": _NUMBER,
    "number": _NUMBER,
    "place": ".+",
    "points": _NUMBER,
    "time": r"\d\d:\d\d",
}
_PART = re.compile(r"\{(\w+)\}")


def told(text: str) -> str:
    """The text in the language that is active; one that no translation fits is given back as it is."""
    if not text or get_language() != "en":
        return text
    exact = gettext(text)
    if exact != text:
        return exact
    for msgid, pattern in _patterns():
        if found := pattern.fullmatch(text):
            return _filled(msgid=msgid, parts=found.groupdict())
    return text


def _filled(*, msgid: str, parts: dict[str, str]) -> str:
    words = gettext(msgid)
    if "points" in parts:
        words = ngettext(msgid, msgid, abs(int(parts["points"].replace(",", ""))))
    return words.format(**{name: _part(name=name, text=text) for name, text in parts.items()})


def _part(*, name: str, text: str) -> str:
    if name == "date":
        return _date(text=text)
    return told(text) if name in OURS else text


def _date(*, text: str) -> str:
    *year, month, day = (int(each) for each in re.findall(r"\d+", text))
    on = dt.date(year[0] if year else 2000, month, day)
    return dateformat.format(on, gettext("Y年n月j日") if year else gettext("n月j日"))


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [(msgid, re.compile(_PART.sub(_group, _escaped(msgid)), re.DOTALL)) for msgid in PATTERNS]


def _escaped(msgid: str) -> str:
    return re.sub(r"[^\w{}\s]", lambda found: re.escape(found[0]), msgid)


def _group(found: re.Match[str]) -> str:
    return f"(?P<{found[1]}>{_SHAPES.get(found[1], '.+?')})"
