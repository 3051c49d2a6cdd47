"""Django's command line, with the exit code that scripts rely on: 2 for wrong usage, an unknown command included."""

import sys

from django.core.management import ManagementUtility
from django.core.management.base import BaseCommand


class CommandLine(ManagementUtility):
    """Looks a command up and runs it."""

    def fetch_command(self, subcommand: str) -> BaseCommand:
        """The command of that name.

        :raises SystemExit: there is none (exit code 2; Django alone would say 1).
        """
        try:
            return super().fetch_command(subcommand)
        except SystemExit:
            sys.exit(2)
