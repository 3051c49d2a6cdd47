"""Files that prove something: which are taken, told by their first bytes and not by their names. Pure."""

import enum
import io
import zipfile

EVIDENCE_BYTES_MAX = 8 * 1024 * 1024  # a scanned report of some twenty pages
ENTRIES_MAX = 5_000  # of an office file, which is a zip
FILE_NAME_LENGTH_MAX = 120


class FileKind(enum.StrEnum):
    """A kind of file that is taken; its value is the ending of its name."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    JPEG = "jpg"
    PNG = "png"


MEDIA_TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.JPEG: "image/jpeg",
    FileKind.PNG: "image/png",
}
_BEGINNINGS = ((b"%PDF-", FileKind.PDF), (b"\xff\xd8\xff", FileKind.JPEG), (b"\x89PNG\r\n\x1a\n", FileKind.PNG))


def kind_of(*, data: bytes) -> FileKind | None:
    """What the bytes are; None of everything that is not taken, office files with macros among them."""
    for beginning, kind in _BEGINNINGS:
        if data.startswith(beginning):
            return kind
    return _office_kind(data=data) if data.startswith(b"PK\x03\x04") else None


def safe_file_name(*, name: str, kind: FileKind) -> str:
    """The name without folders and control characters, with the ending of what it is."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    stem = "".join(character for character in last if character.isprintable()).rsplit(".", 1)[0].strip(" .")
    ending = f".{kind.value}"
    return f"{stem[: FILE_NAME_LENGTH_MAX - len(ending)] or 'file'}{ending}"


def _office_kind(*, data: bytes) -> FileKind | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    if len(names) > ENTRIES_MAX or any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    if "word/document.xml" in names:
        return FileKind.DOCX
    return FileKind.XLSX if "xl/workbook.xml" in names else None
