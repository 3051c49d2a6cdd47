"""Child processes that never outlive us: each in its own process group, stopped on every way out.

Three nets, one below the other: `Children` stops them all on the way out, whatever the way; a watchdog in a session of
its own sees our end even after kill -9 and stops what is left; and the kernel (PR_SET_PDEATHSIG) tells direct children.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from launch.notices import LaunchError, notice

STOP_TIMEOUT_S = 15  # a Celery worker finishes its transaction first
LOG_LINES_SHOWN = 25
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Stopped(BaseException):
    """Somebody asked us to end: Ctrl-C, SIGTERM or SIGHUP. Passes every `except Exception` on its way out."""

    def __init__(self, *, signal_number: int) -> None:
        super().__init__(signal_number)
        self.exit_code = 128 + signal_number


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Turn the three ordinary ways of being ended into an exception, so that every `finally` runs."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {each: signal.signal(each, _raise_stopped) for each in signals}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _raise_stopped(signal_number: int, frame: FrameType | None) -> None:
    raise Stopped(signal_number=signal_number)


@dataclass(kw_only=True)
class Child:
    """A process that we started."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path | None
    stop_signal: int
    is_base: bool  # others lean on it: stopped after them


class Children:
    """Everything we started. Use it in a `with`: at the end nothing is left, neither processes nor folders."""

    def __init__(self) -> None:
        self._children: list[Child] = []
        self._folders: list[Path] = []
        self._watchdog: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Children":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is Stopped:  # before anything was served; a process that is just starting may take its time to end
            notice("正在停止 stopping …")
        # A second Ctrl-C must not leave half of them running; stopping has its own limit.
        before = {each: signal.signal(each, signal.SIG_IGN) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            self.stop_all()
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def start(
        self,
        *,
        name: str,
        command: Sequence[str | Path],
        environment: Mapping[str, str],
        folder: Path | None = None,
        log: Path | None = None,
        text_in: str | None = None,
        user: tuple[int, int] | None = None,
        stop_signal: int = signal.SIGTERM,
        is_base: bool = False,
    ) -> Child:
        """Start a process in its own group; its output goes to `log`, or where ours goes.

        `text_in` is given to its stdin; `user` is the (uid, gid) that it runs as, for root only.

        :raises LaunchError: it cannot be started.
        """
        self._start_watchdog()
        with _opened(log=log) as output:
            try:
                process = subprocess.Popen(
                    [str(part) for part in command],
                    env=dict(environment),
                    cwd=folder,
                    stdin=subprocess.DEVNULL if text_in is None else subprocess.PIPE,
                    stdout=output,
                    stderr=subprocess.STDOUT if output else None,
                    process_group=0,
                    preexec_fn=_bound_to_our_life(stop_signal=stop_signal),
                    user=user[0] if user else None,
                    group=user[1] if user else None,
                    extra_groups=[] if user else None,
                )
            except OSError as error:
                raise LaunchError(f"{name} cannot be started: {error}") from error
        child = Child(name=name, process=process, log=log, stop_signal=stop_signal, is_base=is_base)
        self._children.append(child)
        self._tell_watchdog(line=f"process {process.pid}")
        if process.stdin is not None:
            with contextlib.suppress(BrokenPipeError), process.stdin:
                process.stdin.write((text_in or "").encode())
        return child

    def remove_at_end(self, *, folder: Path) -> None:
        """Remove `folder` when everything has stopped, also after kill -9."""
        self._start_watchdog()
        self._folders.append(folder)
        self._tell_watchdog(line=f"folder {folder}")

    def find_ended(self) -> Child | None:
        """A child that ended by itself, if there is one."""
        return next((child for child in self._children if child.process.poll() is not None), None)

    def wait_until(self, *, is_ready: Callable[[], bool], what: str, timeout_s: float) -> None:
        """Poll `is_ready`.

        :raises LaunchError: a child died meanwhile (with its last log lines), or the time is over.
        """
        deadline = time.monotonic() + timeout_s
        while not is_ready():
            self.raise_if_one_ended()
            if time.monotonic() > deadline:
                raise LaunchError(f"{what} did not answer within {timeout_s:g} s{self._last_lines_of_all()}")
            time.sleep(0.05)

    def raise_if_one_ended(self) -> None:
        """:raises LaunchError: a child ended by itself; the message carries its last log lines."""
        if child := self.find_ended():
            raise LaunchError(f"{child.name} ended with code {child.process.returncode}{last_lines(child=child)}")

    def stop(self, *, child: Child) -> None:
        """Stop one child and whatever it started."""
        self._stop(children=[child])

    def stop_all(self) -> None:
        """Stop all, those that others lean on last; then remove the folders."""
        self._stop(children=[child for child in self._children if not child.is_base])
        for child in reversed([child for child in self._children if child.is_base]):
            self._stop(children=[child])
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)
        if self._watchdog is not None and self._watchdog.stdin is not None:
            self._tell_watchdog(line="done")
            with contextlib.suppress(BrokenPipeError):
                self._watchdog.stdin.close()
            self._watchdog.wait()
            self._watchdog = None

    def _stop(self, *, children: list[Child]) -> None:
        for child in children:
            if child.process.poll() is None:
                child.process.send_signal(child.stop_signal)
        deadline = time.monotonic() + STOP_TIMEOUT_S
        for child in children:
            try:
                child.process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                notice(f"{child.name} did not stop within {STOP_TIMEOUT_S} s and is killed")
            # Also what a child left behind in its group.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
            self._children.remove(child)
            self._tell_watchdog(line=f"ended {child.process.pid}")

    def _last_lines_of_all(self) -> str:
        return "".join(last_lines(child=child) for child in self._children)

    def _start_watchdog(self) -> None:
        if self._watchdog is None:
            self._watchdog = subprocess.Popen(
                [sys.executable, "-I", "-S", Path(__file__).with_name("watchdog.py")],
                stdin=subprocess.PIPE,
                start_new_session=True,
            )

    def _tell_watchdog(self, *, line: str) -> None:
        if self._watchdog is not None and self._watchdog.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._watchdog.stdin.write(f"{line}\n".encode())
                self._watchdog.stdin.flush()


def last_lines(*, child: Child) -> str:
    """The end of a child's log, as a paragraph of its own; empty if it has none."""
    if child.log is None or not child.log.is_file():
        return ""
    lines = child.log.read_text(encoding="utf8", errors="replace").splitlines()[-LOG_LINES_SHOWN:]
    return "\n".join(["", f"--- {child.log} ends:", *lines]) if lines else ""


@contextlib.contextmanager
def _opened(*, log: Path | None) -> Iterator[IO[bytes] | None]:
    if log is None:
        yield None
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as file:
        yield file


def _bound_to_our_life(*, stop_signal: int) -> Callable[[], None] | None:
    """A function to run in the child: the kernel sends it `stop_signal` when we die. Linux only."""
    if _libc is None:
        return None
    libc, parent = _libc, os.getpid()

    def bind() -> None:
        libc.prctl(PR_SET_PDEATHSIG, stop_signal)
        if os.getppid() != parent:  # we died in between
            os.kill(os.getpid(), signal.SIGKILL)

    return bind
