"""A platform of our own for a simulation: a web server that can be killed and comes back, and the tally beside it."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence

from lib.ports import free_port
from simulation.server import (
    KILLING_WORKERS,
    STOP_TIMEOUT_S,
    dying_with_us,
    ended_by_exception,
    wait_until_ready,
)

# Simulated time runs faster than real time, and so do the bins: each gets a share that no real bin needs.
_ENVIRONMENT = {"DEVICE_REQUESTS_PER_S": "5000", "DEVICE_REQUESTS_BURST": "5000", "LOG_LEVEL": "ERROR"}


class OwnPlatform:
    """The two processes, on this process's environment and database."""

    def __init__(self) -> None:
        self._port = free_port()
        self.base_url = f"http://127.0.0.1:{self._port}"
        self._tally = _start([sys.executable, "manage.py", "tally", "--watch"])
        self._web = self._start_web()

    def kill_web(self) -> None:
        """kill -9 the web server with all its processes, at whatever they are doing."""
        os.killpg(self._web.pid, signal.SIGKILL)
        self._web.wait()

    def restart_web(self) -> None:
        """Start it again, at the same address; bins try again until it answers."""
        self._web = self._start_web()

    def wait_until_ready(self) -> None:
        """:raises simulation.server.ServerError: the web server ended, or did not answer in time."""
        wait_until_ready(process=self._web, port=self._port)

    def stop(self) -> None:
        """End both."""
        for process in (self._web, self._tally):
            process.terminate()
        for process in (self._web, self._tally):
            try:
                process.wait(timeout=STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _start_web(self) -> "subprocess.Popen[bytes]":
        address = ["--host", "127.0.0.1", "--port", str(self._port)]
        granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--log-level", "error", *address]
        options = ["--workers", "1", "--blocking-threads", "4", *KILLING_WORKERS]
        return _start([*granian, *options, "config.wsgi:application"])


@contextlib.contextmanager
def own_platform() -> Iterator[OwnPlatform]:
    """A platform that answers; stopped at the end, whatever the end is.

    :raises simulation.server.ServerError: it did not start.
    """
    with ended_by_exception():
        platform = OwnPlatform()
        try:
            platform.wait_until_ready()
            yield platform
        finally:
            platform.stop()


def _start(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    """A process group of its own: Ctrl-C asks us to end, and we end it when the check is done."""
    return subprocess.Popen(  # noqa: S603  (our own interpreter and our own arguments)
        command,
        env=os.environ | _ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr.fileno(),  # our stdout belongs to the command
        process_group=0,
        preexec_fn=dying_with_us(),
    )
