"""`retry_faults`: let what was set aside try again."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from worker.retry import retry_faults


class Command(BaseCommand):
    """Exit code 1 when something is still set aside."""

    help = "重试被搁置的记录 (retry what was set aside)"

    def handle(self, *args: Any, **options: Any) -> None:
        """Retry everything once."""
        passed, left = retry_faults(now=timezone.now())
        self.stdout.write(f"{passed} 条已补结算,{left} 条仍搁置 ({passed} passed, {left} still set aside)")
        if left:
            sys.exit(1)
