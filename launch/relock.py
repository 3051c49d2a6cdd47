"""`run.py lock`: requirements*.txt from requirements*.in, with hashes and without any registry's address."""

import shutil
import subprocess

from launch.notices import LaunchError, notice
from launch.places import BASE_DIR

OPTIONS = (
    *("--universal", "--generate-hashes", "--python-version", "3.11", "--quiet"),
    *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
)


def relock(*, is_upgrading: bool) -> int:
    """Remake the locks; what is locked stays where it can, unless `is_upgrading`.

    :raises LaunchError: uv is not there, or finds no solution.
    """
    uv = shutil.which("uv")
    if uv is None:
        raise LaunchError("uv is needed to lock (not to run): install it, for example with `pipx install uv`")
    locks = {
        "requirements": (),
        "requirements-dev": ("-c", "requirements.txt"),
        "requirements-postgres": ("-c", "requirements-dev.txt"),
    }
    for name, more in locks.items():
        # Each takes the versions of the one before, so that what is tested is what runs.
        command = [uv, "pip", "compile", *OPTIONS, *more, f"{name}.in", "-o", f"{name}.txt"]
        if is_upgrading:
            command.append("--upgrade")
        if subprocess.run(command, cwd=BASE_DIR, stdout=subprocess.DEVNULL, check=False).returncode != 0:
            raise LaunchError(f"{name}.in could not be locked: see above")
        notice(f"{name}.txt is locked")
    return 0
