"""`verify_ledger [--json]`: prove the ledger whole and the points equal to the facts."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from points.audit import verify_ledger


class Command(BaseCommand):
    """Exit code 1 when a row is not as it should be."""

    help = "核对账本:划转、余额、摘要链、每个住户日 (prove the ledger, or name every wrong row)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--json", action="store_true", help="一个 JSON 文档 (one JSON document)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and report."""
        report = verify_ledger()
        if options["json"]:
            document = {
                "ok": report.is_ok,
                "transfers": report.transfer_count,
                "households": report.household_count,
                "faults": [fault.as_json() for fault in report.faults],
            }
            self.stdout.write(json.dumps(document, ensure_ascii=False))
        else:
            for fault in report.faults:
                self.stdout.write(f"✗ {fault.kind} {fault.row}: {fault.message}")
            verdict = "账本完整 (whole)" if report.is_ok else f"发现 {len(report.faults)} 处不符 (faults)"
            self.stdout.write(f"{report.transfer_count} 笔划转,{report.household_count} 户:{verdict}")
        if not report.is_ok:
            sys.exit(1)
