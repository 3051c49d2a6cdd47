"""The files of photos on disk: whole before their row is written, gone after it; nobody guesses their names."""

import datetime as dt
import fcntl
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from lib.errors import DomainError
from lib.pictures import Pictures

NAME = re.compile(r"(\d{4}-\d{2}-\d{2})/[0-9a-f]{32}-(?:large|small)\.webp")
_LOCK_NAME = ".in-use"


class PhotosUnwritable(DomainError):
    """The disk is full or away."""

    code = "photos_unwritable"
    message = "照片暂时无法保存,请稍后再传 (the photo cannot be stored now, try again later)"


def write_pictures(*, pictures: Pictures, on: dt.date) -> tuple[str, str]:
    """Write both pictures and sync them to disk; the names of the large and the small one.

    Until a row names them they are orphans, which `orphan_names` finds.

    :raises PhotosUnwritable: they could not be written.
    """
    token = secrets.token_hex(16)
    names = f"{on:%Y-%m-%d}/{token}-large.webp", f"{on:%Y-%m-%d}/{token}-small.webp"
    folder = path_of(name=names[0]).parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, data in zip(names, (pictures.large, pictures.small), strict=True):
            _write(path=path_of(name=name), data=data)
        for each in (folder, folder.parent):
            _sync_folder(path=each)
    except OSError as error:
        raise PhotosUnwritable from error
    return names


def path_of(*, name: str) -> Path:
    """Where the file of this name lies."""
    return Path(settings.PHOTOS_DIR) / name


def remove_files(*, names: Iterable[str]) -> bool:
    """Remove files that no row names; False while a backup reads them: they are then left as orphans."""
    with _lock(fcntl.LOCK_SH | fcntl.LOCK_NB) as is_held:
        if is_held:
            for name in names:
                path_of(name=name).unlink(missing_ok=True)
    return is_held


@contextmanager
def files_kept() -> Iterator[None]:
    """Nobody removes a file meanwhile, in whatever process; a process that dies lets go."""
    with _lock(fcntl.LOCK_EX):
        yield


def names_on_disk(*, written_before: dt.datetime) -> Iterator[tuple[dt.date, list[str]]]:
    """For each day's folder, the names of its files that were written before that moment."""
    root = Path(settings.PHOTOS_DIR)
    if not root.is_dir():
        return
    for folder in sorted(each for each in root.iterdir() if each.is_dir()):
        names = [f"{folder.name}/{each.name}" for each in folder.iterdir() if _is_older(each, written_before)]
        if found := NAME.match(f"{folder.name}/{'0' * 32}-large.webp"):
            yield dt.date.fromisoformat(found[1]), names


def remove_empty_folders(*, before: dt.date) -> None:
    """Take away the folders of days before `before` that hold nothing any more."""
    root = Path(settings.PHOTOS_DIR)
    for folder in root.iterdir() if root.is_dir() else ():
        if folder.is_dir() and folder.name < before.isoformat() and not any(folder.iterdir()):
            folder.rmdir()


def _is_older(path: Path, moment: dt.datetime) -> bool:
    try:
        return path.stat().st_mtime < moment.timestamp()
    except FileNotFoundError:  # removed meanwhile
        return False


def _write(*, path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(*, path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _lock(operation: int) -> Iterator[bool]:
    """A lock on the folder of photos, let go at the end; False where it is another's and not waited for."""
    root = Path(settings.PHOTOS_DIR)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(root / _LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, operation)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
