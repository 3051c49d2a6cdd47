"""`release --now T`: release what is past its checking window."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from points.management.moment import moment
from points.release import release_due


class Command(BaseCommand):
    """Safe to repeat."""

    help = "解冻核验期已过的积分 (release points past the checking window)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--now", type=moment, default=None, help="当作现在的时间 (ISO 8601; default: now)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it once, with the clock handed in."""
        points = release_due(now=options["now"] or timezone.now())
        self.stdout.write(f"解冻 {points} 分 (released {points} points)")
