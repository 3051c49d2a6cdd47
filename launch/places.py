"""Where things are: the checkout, the state folder, settings from the environment or .env, and locks between starts."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from config import env
from launch.notices import LaunchError

try:
    import fcntl
except ImportError as error:  # Windows
    raise SystemExit("Fenfen runs on Linux and macOS; on Windows use WSL (wsl --install).") from error

BASE_DIR = Path(__file__).resolve().parent.parent
VENV_DIR = BASE_DIR / ".venv"
MANAGE = BASE_DIR / "manage.py"
SCRUBBED = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SECRET_KEY_FALLBACKS", "ENCRYPTION_KEYS", "MQTT_URL")


def load_dotenv() -> None:
    """Read .env as config.settings does, so that both see the same STATE_DIR and keys."""
    env.load_dotenv(path=BASE_DIR / ".env")


def scrubbed_environment() -> dict[str, str]:
    """Our environment without any database, broker or key of somebody's: for the demo, tests and benchmarks.

    They are empty rather than absent, so that .env does not bring them back.
    """
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    return environment | dict.fromkeys(SCRUBBED, "")


def state_dir() -> Path:
    """STATE_DIR, made if it is not there.

    :raises LaunchError: it cannot be made.
    """
    folder = Path(env.text("STATE_DIR", str(BASE_DIR / "var"))).resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LaunchError(f"STATE_DIR {folder} cannot be made ({error.strerror}): choose another folder") from error
    return folder


@contextlib.contextmanager
def file_lock(*, path: Path, is_waiting: bool = True) -> Iterator[None]:
    """Hold an exclusive lock on `path` (made if need be); the system frees it when the process dies.

    :raises BlockingIOError: somebody holds it, and `is_waiting` is false.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX | (0 if is_waiting else fcntl.LOCK_NB))
        yield
