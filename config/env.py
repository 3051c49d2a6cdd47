"""Reads typed values from the environment, and from an optional .env file beside manage.py."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class EnvError(Exception):
    """A variable of the environment cannot be used as it is."""


def load_dotenv(*, path: Path) -> None:
    """Put `KEY=value` lines of `path` into the environment; what is set already wins."""
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf8").splitlines():
        key, equals, value = line.partition("=")
        if equals and not key.lstrip().startswith("#"):
            os.environ.setdefault(key.strip(), value.strip().strip("'\""))


def text(name: str, default: str) -> str:
    """The variable, or `default` when it is absent or empty."""
    return os.environ.get(name) or default


def flag(name: str, default: bool) -> bool:
    """The variable as yes/no (1, true, yes, on).

    :raises EnvError: it is neither.
    """
    value = os.environ.get(name, "").strip().lower()
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    if value == "":
        return default
    raise EnvError(f"{name} must be yes or no, not {value!r}")


def zone(name: str, default: str) -> str:
    """The variable as the name of a time zone.

    :raises EnvError: there is no such zone.
    """
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise EnvError(f"{name} must name a time zone such as Asia/Shanghai, not {value!r}") from error
    return value


def names(name: str, default: str) -> list[str]:
    """The variable as a comma-separated list."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def first_line(*, path: Path, default: str) -> str:
    """The first line of a key file, or `default` where there is no such file."""
    return path.read_text(encoding="utf8").splitlines()[0].strip() if path.is_file() else default


def database(*, url: str) -> dict[str, object]:
    """A DATABASES entry for `sqlite:///relative`, `sqlite:////absolute` or `postgres://user:password@host:port/name`.

    A host of `%2Frun%2Fpostgresql` means a Unix socket's folder.

    :raises EnvError: another scheme.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite_database(path=unquote(parts.path[1:]))
    if parts.scheme not in ("postgres", "postgresql"):
        raise EnvError(f"DATABASE_URL must begin with postgres:// or sqlite:///, not {parts.scheme!r}")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "") if "%" not in parts.netloc else _socket_folder(netloc=parts.netloc),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # One frozen worker must not block its rows for ever.
        "OPTIONS": {
            "connect_timeout": 5,
            # Lets lib.dialect.fetch_prepared prepare; everything else of Django's goes as text, as ever.
            "prepare_threshold": 5,
            # Prepared statements are the few of ours whose plan never depends on the values.
            "options": "-c lock_timeout=5s -c idle_in_transaction_session_timeout=10s"
            " -c plan_cache_mode=force_generic_plan",
        },
    }


def sqlite_database(*, path: str) -> dict[str, object]:
    """A DATABASES entry for an SQLite file: WAL, and every transaction takes the write lock at its start."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        # With IMMEDIATE, ATOMIC_REQUESTS would make every read a writer: it stays off.
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # Without recursive_triggers, INSERT OR REPLACE deletes a posted row and asks no DELETE trigger.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;",
        },
    }


def _socket_folder(*, netloc: str) -> str:
    host = netloc.rpartition("@")[2].split(":")[0]
    return unquote(host)
