"""A table that an administrator uploads: tried out whole and taken back, then loaded whole or not at all."""

import datetime as dt
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction

from collection.services import LOAD_COLUMNS, import_loads
from households.services import COMMUNITY_COLUMNS, HOUSEHOLD_COLUMNS, import_communities, import_households
from lib.errors import DomainError
from lib.import_report import ImportReport
from lib.tables import Column, TableError, TableRow, open_table
from people import secrets
from people.models import ImportUpload, User
from sorting.services.bin_file import BIN_COLUMNS, import_bins

BYTES_MAX = 5 * 1024 * 1024
UNPACKED_BYTES_MAX = 100 * 1024 * 1024  # of an xlsx: what is read into memory of the web process
ROWS_MAX = 5_000  # tried and loaded while somebody waits; more goes by the command
KEPT_FOR = dt.timedelta(days=1)


class UploadRefused(DomainError):
    """The file as a whole cannot be used; `message` says why."""

    code = "upload_refused"
    message = "这个文件不能导入。"


class UploadOver(DomainError):
    """It was loaded already, or let go after a day."""

    code = "upload_over"
    message = "这个文件已经导入过，或者放了一天以上、已经清除；请重新上传。"


@dataclass(frozen=True, slots=True)
class ImportKind:
    """One kind of table: what it is called, its columns, and the service that loads it."""

    name: str
    columns: Sequence[Column]
    load: Callable[[Iterator[TableRow], ImportReport, dt.datetime], object]


IMPORT_KINDS: Mapping[str, ImportKind] = {
    "COMMUNITIES": ImportKind(
        "街道和小区", COMMUNITY_COLUMNS, lambda rows, report, now: import_communities(rows=rows, report=report)
    ),
    "HOUSEHOLDS": ImportKind(
        "住户", HOUSEHOLD_COLUMNS, lambda rows, report, now: import_households(rows=rows, report=report, now=now)
    ),
    "BINS": ImportKind(
        "投放点和智能桶", BIN_COLUMNS, lambda rows, report, now: import_bins(rows=rows, report=report, now=now)
    ),
    "LOADS": ImportKind(
        "清运单", LOAD_COLUMNS, lambda rows, report, now: import_loads(rows=rows, report=report, now=now)
    ),
}


def try_upload(*, kind: str, file_name: str, content: bytes, by: User, now: dt.datetime) -> ImportUpload:
    """Load the table, take everything back, and keep what would have become of each row, with the file.

    Files of a day ago are emptied.

    :raises UploadRefused: too large, unreadable, or without a column that it needs.
    """
    if len(content) > BYTES_MAX:
        raise UploadRefused(f"文件超过 {BYTES_MAX // 1024 // 1024} MB，请分成几个，或请系统管理员用命令导入。")
    _forget(before=now - KEPT_FOR)
    with transaction.atomic():
        report = _load(kind=kind, content=content, now=now)
        transaction.set_rollback(True)
    return ImportUpload.objects.create(
        by=by,
        kind=kind,
        file_name=file_name[-120:],
        content_encrypted=secrets.encrypt(text=content.hex()),
        uploaded_at=now,
        **_outcome(report=report),
    )


@transaction.atomic
def load_upload(*, upload: ImportUpload, now: dt.datetime) -> ImportUpload:
    """Load every row that can be, all in one transaction; the refused ones stay to be taken away and mended.

    :raises UploadOver: it was loaded before, or is no longer kept.
    """
    locked = ImportUpload.objects.select_for_update().get(pk=upload.pk)
    if locked.loaded_at is not None or not locked.content_encrypted:
        raise UploadOver
    content = bytes.fromhex(secrets.decrypt(encrypted=bytes(locked.content_encrypted)))
    report = _load(kind=locked.kind, content=content, now=now)
    locked.loaded_at, locked.content_encrypted = now, b""
    for name, value in _outcome(report=report).items():
        setattr(locked, name, value)
    locked.save()
    return locked


def refused_rows(*, upload: ImportUpload) -> list[dict[str, Any]]:
    """The refused rows, each with line, code, message and row; none once they are no longer kept."""
    if not upload.report_encrypted:
        return []
    refused: list[dict[str, Any]] = json.loads(secrets.decrypt(encrypted=bytes(upload.report_encrypted)))
    return refused


def _load(*, kind: str, content: bytes, now: dt.datetime) -> ImportReport:
    report = ImportReport()
    with tempfile.NamedTemporaryFile(suffix=".table") as file:
        file.write(content)
        file.flush()
        path = Path(file.name)
        try:
            _refuse_bomb(path=path)
            table = open_table(path=path, columns=IMPORT_KINDS[kind].columns)
            rows = list(islice(table.rows, ROWS_MAX + 1))
        except (TableError, zipfile.BadZipFile) as error:
            raise UploadRefused(str(error).replace(str(path), "文件").removeprefix("文件: ")) from error
    if len(rows) > ROWS_MAX:
        raise UploadRefused(f"文件超过 {ROWS_MAX} 行，请分成几个，或请系统管理员用命令导入。")
    for row in rows:
        if row.refusal:
            report.refuse(row=row, refusal=row.refusal)
    IMPORT_KINDS[kind].load(iter([row for row in rows if not row.refusal]), report, now)
    report.sort()
    return report


def _refuse_bomb(*, path: Path) -> None:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNPACKED_BYTES_MAX:
                raise UploadRefused("表格展开后太大，请分成几个。")


def _outcome(*, report: ImportReport) -> dict[str, Any]:
    return {
        "created_count": report.created,
        "changed_count": report.changed,
        "unchanged_count": report.unchanged,
        "refused_count": len(report.refused),
        # Escaped: half a surrogate pair in a cell cannot be encrypted as text.
        "report_encrypted": secrets.encrypt(text=json.dumps(report.refused)) if report.refused else b"",
    }


def _forget(*, before: dt.datetime) -> None:
    old = ImportUpload.objects.filter(uploaded_at__lt=before)
    old.exclude(content_encrypted=b"", report_encrypted=b"").update(content_encrypted=b"", report_encrypted=b"")
