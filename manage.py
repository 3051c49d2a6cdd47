#!/usr/bin/env python3
"""Plain Django. `python3 run.py manage …` calls this inside the project's own environment."""

import os
import sys


def main() -> None:
    """Hand the command line to Django; first bring the database up to date where run.py asks for it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if os.environ.pop("FENFEN_PREPARE", ""):
        prepare()
    from config.command_line import CommandLine

    CommandLine(sys.argv).execute()


def prepare() -> None:
    """Load the settings, and make or migrate the database if this command needs one."""
    import django

    from config.env import EnvError

    try:
        django.setup()
    except EnvError as error:
        sys.stderr.write(f"设置有误 wrong setting: {error}\n")
        sys.exit(2)
    from config.first_run import prepare_database

    prepare_database(arguments=sys.argv[1:])


if __name__ == "__main__":
    main()
