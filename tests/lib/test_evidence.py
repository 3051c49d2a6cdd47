"""What a file is, is told by its bytes."""

import io
import zipfile

import pytest

from lib.evidence import ENTRIES_MAX, FILE_NAME_LENGTH_MAX, FileKind, kind_of, safe_file_name


def office_file(*names: str) -> bytes:
    """A zip with entries of these names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n", FileKind.PDF),
        (b"\xff\xd8\xff\xe0", FileKind.JPEG),
        (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
        (office_file("[Content_Types].xml", "word/document.xml"), FileKind.DOCX),
        (office_file("[Content_Types].xml", "xl/workbook.xml"), FileKind.XLSX),
        (office_file("xl/workbook.xml", "xl/vbaProject.bin"), None),
        (office_file("index.html"), None),
        (office_file("xl/workbook.xml", *(f"a{number}" for number in range(ENTRIES_MAX))), None),
        (b"PK\x03\x04 and then nothing", None),
        (b"MZ\x90\x00", None),
        (b"<html>", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None),
        (b"", None),
    ],
)
def test_the_first_bytes_tell_the_kind(data: bytes, kind: FileKind | None) -> None:
    assert kind_of(data=data) is kind


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("年报.pdf", "年报.pdf"),
        ("C:\\报表\\年报.exe", "年报.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ('a\r\nSet-Cookie: x="y".pdf', 'aSet-Cookie: x="y".pdf'),
        ("", "file.pdf"),
        ("..", "file.pdf"),
    ],
)
def test_a_name_keeps_neither_folders_nor_control_characters_and_ends_as_what_it_is(name: str, kept: str) -> None:
    assert safe_file_name(name=name, kind=FileKind.PDF) == kept


def test_a_long_name_still_has_its_ending() -> None:
    kept = safe_file_name(name="长" * 500 + ".docx", kind=FileKind.DOCX)
    assert len(kept) == FILE_NAME_LENGTH_MAX
    assert kept.endswith(".docx")
