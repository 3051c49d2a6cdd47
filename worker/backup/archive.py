"""The file itself: a gzipped tar of a manifest, the database and the keys, with a digest of each part."""

import gzip
import hashlib
import io
import json
import os
import tarfile
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lib.errors import DomainError

FORMAT = 1
MANIFEST_NAME = "manifest.json"
KEY_NAMES = {"SECRET_KEY": "keys/secret_key", "ENCRYPTION_KEYS": "keys/encryption_keys"}
DATABASE_NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
MANIFEST_BYTES_MAX = 4 * 1024 * 1024
_CHUNK_BYTES = 1024 * 1024
# No name and no time in the gzip header: every byte of it then has one right value.
_GZIP_HEADER = bytes([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 0xFF])


class BackupRefused(DomainError):
    """A backup could not be made, or a file may not be restored here; nothing was changed."""

    code = "backup_refused"
    message = "备份未完成"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `parts` gives SHA-256 and bytes of each file, `row_counts` the rows of each table."""

    format: int
    made_at: str
    engine: str
    database_version: str
    fenfen_version: str
    django_version: str
    migrations: list[str]
    row_counts: dict[str, int]
    parts: dict[str, dict[str, Any]]

    @property
    def database_name(self) -> str:
        """The database's part."""
        return DATABASE_NAMES[self.engine]


def describe_part(*, path: Path) -> dict[str, Any]:
    """SHA-256 and size of a file."""
    with path.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "bytes": path.stat().st_size}


def write_archive(*, target: Path, manifest: Manifest, parts: dict[str, Path]) -> None:
    """Write the whole file beside `target`, then give it its name: a crash leaves no half of a backup."""
    unfinished = target.with_name(target.name + ".part")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as plain:
            with (
                gzip.GzipFile(filename="", fileobj=plain, mode="wb", mtime=0) as packed,
                tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
            ):
                _add_text(tar=tar, name=MANIFEST_NAME, text=json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
                for name, path in parts.items():
                    _add_file(tar=tar, name=name, path=path)
            plain.flush()
            os.fsync(plain.fileno())
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)


def read_archive(*, source: Path, folder: Path) -> Manifest:
    """Unpack into `folder` and check every byte.

    :raises BackupRefused: the file is damaged, altered, or no backup of ours.
    """
    try:
        _read_to_the_end(source=source)
        with gzip.open(source, "rb") as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
            manifest = _read_manifest(tar=tar)
            while member := tar.next():
                _unpack(tar=tar, member=member, manifest=manifest, folder=folder)
    except (EOFError, zlib.error, tarfile.TarError, ValueError, KeyError, TypeError, OSError) as error:
        raise BackupRefused(f"{source} 已损坏或不是备份文件。It is damaged or no backup: {error}") from error
    for name, described in manifest.parts.items():
        path = folder / name
        if not path.is_file() or describe_part(path=path) != described:
            raise BackupRefused(f"{name} 与清单不符。{name} is not what the manifest says.")
    return manifest


def _read_to_the_end(*, source: Path) -> None:
    """The checksum of gzip stands at the end; tarfile stops reading before it.

    :raises ValueError: a header that we did not write.
    """
    with source.open("rb") as plain:
        if plain.read(len(_GZIP_HEADER)) != _GZIP_HEADER:
            raise ValueError("no gzip header of a backup")
    with gzip.open(source, "rb") as packed:
        while packed.read(_CHUNK_BYTES):
            pass


def _read_manifest(*, tar: tarfile.TarFile) -> Manifest:
    first = tar.next()
    if first is None or first.name != MANIFEST_NAME or first.size > MANIFEST_BYTES_MAX:
        raise ValueError("no manifest")
    file = tar.extractfile(first)
    if file is None:
        raise ValueError("no manifest")
    manifest = Manifest(**json.load(file))
    if manifest.format != FORMAT:
        raise ValueError(f"format {manifest.format}, and this version reads {FORMAT}")
    if set(manifest.parts) != {manifest.database_name, *KEY_NAMES.values()}:
        raise ValueError("other parts than a backup has")
    return manifest


def _unpack(*, tar: tarfile.TarFile, member: tarfile.TarInfo, manifest: Manifest, folder: Path) -> None:
    # Only names that the manifest may hold: a crafted file cannot write elsewhere.
    if member.name not in manifest.parts or not member.isreg() or member.size != manifest.parts[member.name]["bytes"]:
        raise ValueError(f"unexpected part {member.name}")
    file = tar.extractfile(member)
    if file is None:
        raise ValueError(f"empty part {member.name}")
    path = folder / member.name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while chunk := file.read(_CHUNK_BYTES):
            out.write(chunk)


def _add_text(*, tar: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode()
    tar.addfile(_tar_info(name=name, size=len(data)), io.BytesIO(data))


def _add_file(*, tar: tarfile.TarFile, name: str, path: Path) -> None:
    with path.open("rb") as file:
        tar.addfile(_tar_info(name=name, size=path.stat().st_size), file)


def _tar_info(*, name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info
