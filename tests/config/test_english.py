"""The English of the residents' screens is whole: nothing is said in Chinese alone, and the compiled file is current.

Red? Mark the text (gettext, {% translate %}; docs/decisions/0062), run `python3 run.py manage compile_english`, fill in
the entries that it prints at the end of locale/en/LC_MESSAGES/django.po, and run it once more.
"""

import re
from pathlib import Path

import pytest

from lib.gettext_files import Entry, make_mo, read_po
from pages.english.gathering import CHINESE, texts, unmarked, unmarked_in
from pages.management.commands.compile_english import CATALOGUE, missing_texts

PLACES = re.compile(r"\{\w+\}|%\(\w+\)s")
EXAMPLE = "奶茶杯"  # to type into the look-up, whose things have Chinese names


@pytest.fixture(scope="module")
def entries() -> dict[str, Entry]:
    return read_po(text=CATALOGUE.read_text(encoding="utf8"))


def test_every_text_of_a_resident_has_its_english(entries: dict[str, Entry]) -> None:
    wanted = texts()
    assert missing_texts(entries=entries, wanted=wanted) == []
    assert entries.keys() - wanted.keys() == {""}, "nobody says this any more"


def test_no_chinese_on_a_residents_screen_is_unmarked() -> None:
    assert unmarked() == []


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("page.html", '{% load i18n %}<p title="提示">{% translate "好" %}</p>'),
        ("page.html", "<p>{% if x %}有{% endif %}{% blocktranslate %}{{ x }} 分{% endblocktranslate %}</p>"),
        ("page.py", '"""说明"""\ncontext = {"heading": "首页", "sub": gettext("好")}\n'),
        ("page.py", 'words = f"{count} 分"\n'),
    ],
)
def test_chinese_without_a_mark_is_found(name: str, source: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(source, encoding="utf8")
    assert [line for line, _ in unmarked_in(path=path)] == [
        source.count("\n", 0, source.index("=")) + 1 if name == "page.py" else 1
    ]


def test_the_compiled_catalogue_is_what_the_written_one_says(entries: dict[str, Entry]) -> None:
    assert CATALOGUE.with_suffix(".mo").read_bytes() == make_mo(entries=entries)


def test_the_english_is_english_and_has_the_same_places_to_fill(entries: dict[str, Entry]) -> None:
    for entry in entries.values():
        for english in entry.translations:
            assert not CHINESE.search(english.replace(EXAMPLE, "")), english
            assert set(PLACES.findall(english)) == set(PLACES.findall(entry.msgid)), english
