"""Makes the first administrator of a new set-up, if there is none. `run.py serve` calls it."""

import os
import sys

from django.core.management import call_command
from django.core.management.base import BaseCommand

from people.models import User


class Command(BaseCommand):
    """Asks at a terminal; without one, takes DJANGO_SUPERUSER_USERNAME and …_PASSWORD; else says how."""

    help = "建立第一位系统管理员 makes the first administrator if there is none"

    def handle(self, *args: object, **options: object) -> None:
        """Write to stderr only."""
        if User.objects.filter(is_superuser=True, is_active=True).exists():
            return
        if os.environ.get("DJANGO_SUPERUSER_USERNAME") and os.environ.get("DJANGO_SUPERUSER_PASSWORD"):
            os.environ.setdefault("DJANGO_SUPERUSER_EMAIL", "administrator@localhost")
            call_command("createsuperuser", interactive=False, stdout=self.stderr)
        elif sys.stdin.isatty():
            self.stderr.write("还没有系统管理员,请建立第一位。There is no administrator yet: make the first one.")
            call_command("createsuperuser", interactive=True)
        else:
            self.stderr.write(
                "还没有系统管理员。There is no administrator yet. Make one with\n"
                "  python3 run.py manage createsuperuser\n"
                "or start with DJANGO_SUPERUSER_USERNAME and DJANGO_SUPERUSER_PASSWORD set."
            )
