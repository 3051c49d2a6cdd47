"""Where the files of an installed package lie, without running any of its code."""

from importlib.util import find_spec
from pathlib import Path


def folder_of_package(*, name: str) -> Path:
    """The folder of a top-level package.

    :raises ModuleNotFoundError: it is not installed.
    """
    found = find_spec(name)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"{name} is not installed: python3 run.py check sets everything up")
    return Path(found.origin).parent
