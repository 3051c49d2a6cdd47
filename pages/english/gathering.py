"""Which texts a resident may see, read from the code itself, and which of them nobody marked for translation.

A text is gettext("…"), gettext_noop("…") or ngettext("…", "…", number) in a module, {% translate %} or
{% blocktranslate %} in a template, or one of the domain's (domain_texts). A marked text that holds {points} is counted:
English has another word for one point.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation.template import templatize

from pages.english.domain_texts import domain_texts

ROOT = Path(settings.BASE_DIR)
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
PACKAGES = ("guides", "households", "indicators", "lib", "pages", "people", "points", "sorting")
TEMPLATES = ROOT / "pages" / "templates"
# What speaks both languages, to the last word.
OF_RESIDENTS = (
    *(TEMPLATES / "pages" / "my").rglob("*.html"),
    *(TEMPLATES / "pages" / "items").rglob("*.html"),
    *(TEMPLATES / f"{status}.html" for status in (403, 404, 500)),
    TEMPLATES / "pages" / "base.html",
    *(ROOT / "pages" / "my").rglob("*.py"),
    *(ROOT / "pages" / "items").rglob("*.py"),
    *(ROOT / "points" / "explaining").rglob("*.py"),
    ROOT / "points" / "transfer_words.py",
)
_MARKS = ("gettext", "gettext_noop", "ngettext")
_CALL = re.compile(r"""\b(n?gettext)\(u?('''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'])*'|"(?:\\.|[^"])*")""", re.DOTALL)
_OF_DJANGO = re.compile(r"\{%.*?%\}|\{#.*?#\}|<!--.*?-->", re.DOTALL)
_BLOCK = re.compile(
    r"\{% blocktranslate .*?\{% endblocktranslate %\}|\{% blocktranslate %\}.*?\{% endblocktranslate %\}"
)


@dataclass(frozen=True, slots=True, order=True)
class Text:
    """A text, and whether it is counted."""

    msgid: str
    is_counted: bool = False


def texts() -> dict[str, Text]:
    """Every text that has to have its English, by itself."""
    found: dict[str, Text] = {}
    for each in _all_texts():
        known = found.get(each.msgid)
        found[each.msgid] = Text(each.msgid, each.is_counted or (known is not None and known.is_counted))
    return found


def unmarked() -> list[str]:
    """Chinese that a resident would read in an English screen: "file:line: text"."""
    return [
        f"{path.relative_to(ROOT)}:{line}: {text}" for path in OF_RESIDENTS for line, text in unmarked_in(path=path)
    ]


def unmarked_in(*, path: Path) -> Iterator[tuple[int, str]]:
    """The line and the text of each piece of Chinese in a module or a template that no mark covers."""
    source = path.read_text(encoding="utf8")
    return _unmarked_of_module(source) if path.suffix == ".py" else _unmarked_of_template(source)


def _all_texts() -> Iterator[Text]:
    yield from (Text(each) for each in domain_texts())
    for path in TEMPLATES.rglob("*.html"):
        source = path.read_text(encoding="utf8")
        if "i18n" in source:
            yield from _texts_of_template(source)
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            source = path.read_text(encoding="utf8")
            if "gettext" in source:
                yield from _texts_of_module(ast.parse(source))


def _texts_of_module(tree: ast.AST) -> Iterator[Text]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _MARKS:
            given = node.args[0]
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                is_points = node.func.id == "gettext_noop" and "{points}" in given.value
                yield Text(given.value, is_points or node.func.id == "ngettext")


def _texts_of_template(source: str) -> Iterator[Text]:
    """Django's own translation of a template into the calls that its tags make."""
    for found in _CALL.finditer(templatize(source)):
        yield Text(ast.literal_eval(found[2]), found[1] == "ngettext")


def _unmarked_of_template(source: str) -> Iterator[tuple[int, str]]:
    for tag in (_BLOCK, _OF_DJANGO):
        source = tag.sub(lambda found: "\n" * found[0].count("\n"), source)
    for number, line in enumerate(source.splitlines(), 1):
        if CHINESE.search(line):
            yield number, line.strip()


def _unmarked_of_module(source: str) -> Iterator[tuple[int, str]]:
    tree = ast.parse(source)
    spared: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in (*_MARKS, "_points"):
            spared |= {id(each) for argument in node.args for each in ast.walk(argument)}
        elif isinstance(node, ast.Expr):  # a docstring
            spared.add(id(node.value))
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXAMPLES":  # things keep their names
            spared |= {id(each) for each in ast.walk(node.value)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in spared:
            continue
        if CHINESE.search(node.value):
            yield node.lineno, node.value
