"""The key files of an embedded set-up, made once and never again: losing them loses what they encrypted."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from launch.notices import notice
from launch.places import file_lock


def make_missing_keys(*, folder: Path) -> None:
    """Write `keys/secret_key` and `keys/encryption_keys` under the state folder where a key is neither there nor set.

    Two first starts at once make one key: the second waits and finds it.
    """
    _make_missing_key(path=folder / "keys" / "secret_key", variable="SECRET_KEY", make=_secret_key)
    _make_missing_key(path=folder / "keys" / "encryption_keys", variable="ENCRYPTION_KEYS", make=_fernet_key)


def _make_missing_key(*, path: Path, variable: str, make: Callable[[], str]) -> None:
    if os.environ.get(variable) or path.is_file():
        return
    with file_lock(path=path.parent.parent / "keys.lock"):
        if path.is_file():
            return
        path.parent.mkdir(mode=0o700, exist_ok=True)
        unfinished = path.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make() + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A crash leaves either no key or a whole one.
        unfinished.rename(path)
    notice(f"已生成密钥 a new key for {variable} is in {path}: keep a copy of it with your backups")


def _secret_key() -> str:
    return secrets.token_urlsafe(50)


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
