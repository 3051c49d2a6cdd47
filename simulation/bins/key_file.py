"""Bins and cards of a platform that is not ours, from files that its operator writes."""

import json
from pathlib import Path


class KeyFileError(ValueError):
    """The file cannot be read as what it should be. The message never repeats a key."""


def read_keys(*, path: Path) -> dict[str, str]:
    """Keys by bin code: a JSON document a bin, one after the other, as `bin_key BIN --json` prints them.

    :raises KeyFileError: no such file, or a line that is none.
    """
    keys: dict[str, str] = {}
    try:
        for number, line in enumerate(path.read_text(encoding="utf8").splitlines(), start=1):
            if not line.strip():
                continue
            document = json.loads(line)
            code, key = document["bin"], document["key"]
            if not (isinstance(code, str) and isinstance(key, str) and key.startswith("whsec_")):
                raise KeyError(number)
            keys[code] = key
    except OSError as error:
        raise KeyFileError(f"读不了 (cannot be read): {path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError):
        raise KeyFileError(
            f'{path} 第{number}行应如 {{"bin": …, "key": "whsec_…"}} (a line as bin_key BIN --json prints it)'
        ) from None
    if not keys:
        raise KeyFileError(f"{path} 里没有桶 (no bins)")
    return keys


def read_cards(*, path: Path) -> list[str]:
    """Card numbers, one a line.

    :raises KeyFileError: no such file.
    """
    try:
        return [line.strip() for line in path.read_text(encoding="utf8").splitlines() if line.strip()]
    except OSError as error:
        raise KeyFileError(f"读不了 (cannot be read): {path}: {error.strerror}") from error
