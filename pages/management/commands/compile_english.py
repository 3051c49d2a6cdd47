"""Make locale/en/LC_MESSAGES/django.mo of its .po, and say what the .po lacks or has too much of."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lib.gettext_files import Entry, make_mo, po_block, read_po
from pages.english.gathering import Text, texts

CATALOGUE = Path(settings.BASE_DIR) / "locale" / "en" / "LC_MESSAGES" / "django.po"


def missing_texts(*, entries: Mapping[str, Entry], wanted: Mapping[str, Text]) -> list[Text]:
    """The texts that the catalogue has not, or not as they are counted."""
    return [
        text
        for msgid, text in sorted(wanted.items())
        if msgid not in entries or not all(entries[msgid].translations) or text.is_counted != entries[msgid].is_counted
    ]


class Command(BaseCommand):
    help = "编译居民页面的英文 (compile the English of the residents' screens); ends with 1 where a text has none"

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the .mo; print the entries to add to the .po, ready to be filled in."""
        entries = read_po(text=CATALOGUE.read_text(encoding="utf8"))
        CATALOGUE.with_suffix(".mo").write_bytes(make_mo(entries=entries))
        wanted = texts()
        for msgid in sorted(entries.keys() - wanted.keys() - {""}):
            self.stdout.write(f"多余 (nobody says this any more): {msgid}")
        missing = missing_texts(entries=entries, wanted=wanted)
        for text in missing:
            translations = ("", "") if text.is_counted else ("",)
            entry = Entry(msgid=text.msgid, is_counted=text.is_counted, translations=translations)
            self.stdout.write(po_block(entry=entry) + "\n")
        if missing:
            raise CommandError(
                f"缺 {len(missing)} 条英文,请补进 {CATALOGUE.name} (texts without English)", returncode=1
            )
        self.stdout.write(f"{len(entries) - 1} 条英文已编译 (compiled)")
