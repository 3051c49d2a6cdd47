"""A web server of our own on a free port of this machine, for as long as a simulation needs a door."""

import contextlib
import ctypes
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from types import FrameType

from lib.ports import free_port

START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 10
# A worker that is told to end while it is just starting may not hear it: granian then kills it.
WORKER_KILL_S = 5
KILLING_WORKERS = ("--workers-kill-timeout", str(WORKER_KILL_S))
_PR_SET_PDEATHSIG = 1


class ServerError(Exception):
    """The server could not be started."""


@contextlib.contextmanager
def running_server(*, workers: int = 1, application: str = "config.wsgi:application") -> Iterator[str]:
    """Start granian with this process's environment and database, give its address, and stop it at the end.

    `workers` web processes serve `application`.

    :raises ServerError: it ended, or did not answer in time.
    """
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    with ended_by_exception():
        process = subprocess.Popen(  # noqa: S603  (our own interpreter and our own arguments)
            [*command, "--workers", str(workers), "--blocking-threads", "4", *KILLING_WORKERS, application],
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),  # our stdout belongs to the command
            preexec_fn=dying_with_us(),
        )
        try:
            wait_until_ready(process=process, port=port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(timeout=STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_ready(*, process: "subprocess.Popen[bytes]", port: int) -> None:
    """Return when the server answers.

    :raises ServerError: it ended, or did not answer in time.
    """
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerError(f"the web server ended with code {process.returncode}; it says why above")
        try:
            probe = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            probe.request("GET", "/")
            probe.getresponse()
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        else:
            return
        finally:
            probe.close()
    raise ServerError(f"the web server did not answer within {START_TIMEOUT_S} s")


@contextlib.contextmanager
def ended_by_exception() -> Iterator[None]:
    """Being told to end becomes an exception, so that the server is stopped on the way out."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def dying_with_us() -> Callable[[], None] | None:
    """A function to run in the child: the kernel ends it when we die without a word. Linux only."""
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def bind() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # we died in between
            os.kill(os.getpid(), signal.SIGKILL)

    return bind
