#!/usr/bin/env python3
"""Starts everything. Standard library only: `python3 run.py demo` and `python3 run.py test` do their own set-up.

The work is in launch/; this file also runs on an old Python, to say that it is too old.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036
    sys.stderr.write(
        "需要 Python 3.11 或更新版本。Fenfen needs Python 3.11 or newer, and this is Python %d.%d.\n"  # noqa: UP031
        "Install it (Debian 12: apt-get install python3 python3-venv; or uv: `uv python install 3.12`),\n"
        "then call it by its name, for example: python3.12 run.py demo\n" % sys.version_info[:2]
    )
    sys.exit(1)

from launch.cli import main

if __name__ == "__main__":
    sys.exit(main(arguments=sys.argv[1:]))
