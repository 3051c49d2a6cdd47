"""`announce_expiry --now T`: tell households, in December, what ends with the year."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from points.expiry import announce_expiry
from points.management.moment import moment


class Command(BaseCommand):
    """Safe to repeat: a household is told once a year."""

    help = "年底前 30 天起通知将到期的积分 (announce what expires with the year)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--now", type=moment, default=None, help="当作现在的时间 (ISO 8601; default: now)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it once, with the clock handed in."""
        count = announce_expiry(now=options["now"] or timezone.now())
        self.stdout.write(f"已通知 {count} 户 (told {count} households)")
