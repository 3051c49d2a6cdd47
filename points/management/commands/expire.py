"""`expire --now T`: expire what has ended."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from points.expiry import expire_due
from points.management.moment import moment


class Command(BaseCommand):
    """Safe to repeat."""

    help = "使到期的积分过期 (expire points that have ended)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--now", type=moment, default=None, help="当作现在的时间 (ISO 8601; default: now)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it once, with the clock handed in."""
        points = expire_due(now=options["now"] or timezone.now())
        self.stdout.write(f"过期 {points} 分 (expired {points} points)")
