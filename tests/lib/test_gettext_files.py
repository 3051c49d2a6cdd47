"""Catalogues: what is written in a .po is what Python's own reader of .mo files finds."""

import gettext
import io

import pytest

from lib.gettext_files import CatalogueBroken, Entry, make_mo, po_block, read_po

HEAD = r"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"""
PO = f"""{HEAD}
# a remark
msgid "首页"
msgstr "Home"

msgid "{{points}} 分"
msgid_plural "{{points}} 分"
msgstr[0] "{{points}} point"
msgstr[1] "{{points}} points"

msgid "他说“好”\\n"
msgstr "He said "
"\\"fine\\"\\n"

msgid "还没有英文"
msgstr ""
"""


def test_pythons_own_reader_finds_each_text_and_its_plural() -> None:
    found = gettext.GNUTranslations(io.BytesIO(make_mo(entries=read_po(text=PO))))
    assert found.gettext("首页") == "Home"
    assert found.gettext("他说“好”\n") == 'He said "fine"\n'
    assert [found.ngettext("{points} 分", "{points} 分", count) for count in (1, 2)] == [
        "{points} point",
        "{points} points",
    ]
    assert found.gettext("还没有英文") == "还没有英文"


def test_the_same_entries_give_the_same_bytes_in_any_order() -> None:
    entries = read_po(text=PO)
    assert make_mo(entries=entries) == make_mo(entries=list(entries.values())[::-1])


@pytest.mark.parametrize("entry", [Entry('"\\\n', False, ("x\n",)), Entry("{n} 袋", True, ("bag", "bags"))])
def test_an_entry_is_read_as_it_was_written(entry: Entry) -> None:
    assert read_po(text=po_block(entry=entry)) == {entry.msgid: entry}


@pytest.mark.parametrize("text", ['msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"', "msgid a", '"a"', 'msgstr "a"'])
def test_a_broken_catalogue_is_refused(text: str) -> None:
    with pytest.raises(CatalogueBroken):
        read_po(text=text)
