"""Encryption at rest and keyed look-ups, with the keys of the settings. Personal data never lies in the open."""

import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def encrypt(*, text: str) -> bytes:
    """The text, encrypted with the first of ENCRYPTION_KEYS."""
    return _fernet().encrypt(text.encode())


def decrypt(*, encrypted: bytes) -> str:
    """The text again, whichever of ENCRYPTION_KEYS encrypted it.

    :raises cryptography.fernet.InvalidToken: none of the keys fits, or the bytes were altered.
    """
    return _fernet().decrypt(bytes(encrypted)).decode()


def lookup_digest(*, text: str) -> str:
    """HMAC-SHA256 in hex, by which an encrypted value can be found but not guessed without the key.

    Keyed with the last of ENCRYPTION_KEYS, the oldest, so that adding a key keeps every look-up valid.
    """
    return hmac.new(settings.ENCRYPTION_KEYS[-1].encode(), text.encode(), hashlib.sha256).hexdigest()


def _fernet() -> MultiFernet:
    return _fernet_of(keys=tuple(settings.ENCRYPTION_KEYS))


@lru_cache(maxsize=4)  # a file of 100,000 phones would prepare the same keys 100,000 times
def _fernet_of(*, keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
