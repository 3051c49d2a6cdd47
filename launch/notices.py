"""Everything run.py says goes to stderr, so that stdout belongs to the command that it runs."""

import sys


class LaunchError(Exception):
    """Something is missing or wrong; the message says what, and how to get it."""


def notice(text: str) -> None:
    """Say one thing to the person at the keyboard."""
    print(text, file=sys.stderr, flush=True)
