"""The project's own .venv, made from the hash-locked requirements and stamped with the hash of the lock."""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

from launch.notices import LaunchError, notice
from launch.places import BASE_DIR, VENV_DIR, file_lock

STAMP = "fenfen-stamp.json"
OUTPUT_LINES_MAX = 15  # of a failed installer's output: the reason is at its end


class Level(StrEnum):
    """Which lock a command needs. Developing includes running: its lock holds the same versions and more."""

    RUN = "requirements.txt"
    DEVELOP = "requirements-dev.txt"


def prepared_python(*, level: Level, venv: Path = VENV_DIR, locks: Path = BASE_DIR) -> Path:
    """The interpreter of an environment that holds exactly what the lock says, made or brought up to date if need be.

    :raises LaunchError: something is missing: the venv module, pip, the network.
    """
    python = venv / "bin" / "python"
    if _is_current(level=level, venv=venv, locks=locks):
        return python
    with file_lock(path=venv.with_name(f"{venv.name}.lock")):
        if not _is_current(level=level, venv=venv, locks=locks):
            notice(f"正在准备运行环境(仅第一次需要几分钟) setting up {venv} from {level}, once …")
            uv = _working_uv()
            _make_venv(venv=venv, uv=uv)
            (venv / STAMP).unlink(missing_ok=True)
            _install(venv=venv, lock=locks / level, uv=uv)
            _write_stamp(level=level, venv=venv, locks=locks)
    return python


def lock_digest(*, path: Path) -> str:
    """SHA-256 of a lock file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _is_current(*, level: Level, venv: Path, locks: Path) -> bool:
    """Whether the stamp fits: cheap enough to ask at every start."""
    try:
        stamp = json.loads((venv / STAMP).read_text(encoding="utf8"))
    except (OSError, ValueError):
        return False
    # The scripts of a moved environment point to where it was.
    if stamp.get("folder") != str(venv) or not (venv / "bin" / "python").exists():
        return False
    return any(
        stamp.get(installed) == lock_digest(path=locks / installed)
        for installed in ((level, Level.DEVELOP) if level is Level.RUN else (level,))
    )


def _write_stamp(*, level: Level, venv: Path, locks: Path) -> None:
    stamp = {"folder": str(venv), level: lock_digest(path=locks / level)}
    unfinished = venv / f"{STAMP}.new"
    unfinished.write_text(json.dumps(stamp), encoding="utf8")
    unfinished.rename(venv / STAMP)


def _working_uv() -> str | None:
    """uv, if it is on PATH and answers (a shim may be there without it)."""
    uv = shutil.which("uv")
    if uv is None or subprocess.run([uv, "--version"], capture_output=True, check=False).returncode != 0:
        return None
    return uv


def _base_python() -> str:
    """The interpreter that runs us, or the one behind it if that is an environment's own."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def _make_venv(*, venv: Path, uv: str | None) -> None:
    if _is_usable(venv=venv):
        return
    if venv.exists():
        if not (venv / "pyvenv.cfg").is_file() and any(venv.iterdir()):
            raise LaunchError(f"{venv} is not a virtual environment: move it away")
        shutil.rmtree(venv)
    if uv:
        _run(command=[uv, "venv", "--quiet", "--python", _base_python(), str(venv)], doing="making .venv")
    else:
        has_pip = importlib.util.find_spec("pip") is not None or _has_ensurepip()
        if importlib.util.find_spec("venv") is None or not has_pip:
            raise LaunchError(
                "Python 缺少 venv 或 pip 模块。This Python has no venv module or no pip.\n"
                "Debian, Ubuntu: apt-get install python3-venv python3-pip; or install uv and start again."
            )
        _run(command=[_base_python(), "-m", "venv", "--without-pip", str(venv)], doing="making .venv")


def _is_usable(*, venv: Path) -> bool:
    """Whether there is an environment whose interpreter runs, is new enough and stands where it was made."""
    question = "import sys; print(sys.prefix if sys.version_info >= (3, 11) else '')"
    try:
        answer = subprocess.run(
            [venv / "bin" / "python", "-c", question], capture_output=True, text=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and answer.stdout.strip() == str(venv)


def _has_ensurepip() -> bool:
    # Debian ships ensurepip in python3-venv, apart from the module venv.
    return importlib.util.find_spec("ensurepip") is not None


def _install(*, venv: Path, lock: Path, uv: str | None) -> None:
    python = str(venv / "bin" / "python")
    if uv:
        command = [uv, "pip", "install", "--python", python, "--require-hashes", "-r", str(lock)]
    else:
        command = [*_pip(venv=venv), "install", "--require-hashes", "-r", str(lock)]
    _run(command=command, doing=f"installing {lock.name}")


def _pip(*, venv: Path) -> list[str]:
    """pip as a command that installs into the environment: the environment's, ours, or the one that Python carries."""
    python = str(venv / "bin" / "python")
    if subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0:
        return [python, "-m", "pip", "--disable-pip-version-check"]
    if _has_ensurepip():
        _run(command=[python, "-m", "ensurepip", "--default-pip"], doing="putting pip into .venv")
        return [python, "-m", "pip", "--disable-pip-version-check"]
    return [_base_python(), "-m", "pip", "--disable-pip-version-check", "--python", python]


def _run(*, command: list[str], doing: str) -> None:
    """Run an installer; its output goes to the person only if it fails."""
    environment = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONHOME")}
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-OUTPUT_LINES_MAX:])
        raise LaunchError(
            f"{doing} failed (exit code {done.returncode}):\n{tail}\n"
            "第一次启动需要联网下载依赖。The first start downloads the packages of the lock: is there a network?\n"
            "Behind a mirror or proxy set PIP_INDEX_URL (pip), UV_DEFAULT_INDEX (uv) or HTTPS_PROXY, and start again."
        )
