"""`tally`: tally all that is waiting, now; `tally --watch`: keep doing so."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from worker.tally import drain
from worker.transaction import Fate
from worker.watch import watch


class Command(BaseCommand):
    """Exit code 1 when something had to be set aside."""

    help = "结算所有待结算的投放批次 (tally what is waiting)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--watch", action="store_true", help="持续结算,不依赖 Redis (keep polling the database)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Drain once, or watch."""
        if options["watch"]:
            watch()
            return
        outcome = drain(now=timezone.now())
        self.stdout.write(
            f"已结算 {outcome.batch_count} 批 {outcome.row_count} 条,记账 {outcome.transfer_count} 笔 "
            f"(tallied {outcome.row_count} rows)"
        )
        if outcome.fate is Fate.SET_ASIDE:
            self.stderr.write("有记录无法结算,已搁置;原因消除后运行 retry_faults (some rows were set aside)")
            sys.exit(1)
