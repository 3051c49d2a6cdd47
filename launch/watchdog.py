"""Outlives run.py by a moment: when the pipe from it closes unannounced, it stops what run.py had started.

Run as a script. Reads lines: `process PGID`, `ended PGID`, `folder PATH`, `done`.
"""

import contextlib
import os
import shutil
import signal
import sys
import time

GRACE_S = 3.0


def main() -> None:
    """Keep the list; at the end of the input, clean up unless run.py said that it had."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: list[int] = []
    folders: list[str] = []
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        if word == "process":
            groups.append(int(rest))
        elif word == "ended":
            groups.remove(int(rest))
        elif word == "folder":
            folders.append(rest)
        elif word == "done":
            return
    _stop(groups=groups)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _stop(*, groups: list[int]) -> None:
    # The last started first: servers before the database and the broker they lean on.
    _signal(groups=groups[::-1], number=signal.SIGTERM)
    deadline = time.monotonic() + GRACE_S
    while time.monotonic() < deadline and any(_is_alive(group=group) for group in groups):
        time.sleep(0.05)
    _signal(groups=groups, number=signal.SIGKILL)


def _signal(*, groups: list[int], number: int) -> None:
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)


def _is_alive(*, group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    main()
