"""`run.py manage COMMAND …`: manage.py in the project's environment, on a database that is ready for it."""

import os
from collections.abc import Sequence
from typing import NoReturn

from launch.environment import Level, prepared_python
from launch.keys import make_missing_keys
from launch.places import MANAGE, load_dotenv, state_dir


def exec_manage(*, arguments: Sequence[str]) -> NoReturn:
    """Become manage.py: the same process, so stdin, stdout, signals and the exit code are its own.

    FENFEN_PREPARE tells it to bring the database up to date first (config.first_run).
    """
    python = prepared_python(level=Level.RUN)
    load_dotenv()
    folder = state_dir()
    make_missing_keys(folder=folder)
    environment = {**os.environ, "FENFEN_PREPARE": "1", "STATE_DIR": str(folder)}
    command = [str(python), str(MANAGE), *arguments]
    os.execve(python, command, environment)  # noqa: S606
