"""`verify_published [--json]`: prove what was published, and say by how much today's figures differ from it."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from indicators.queries.published import published_faults
from indicators.queries.restated import latest_publications, restatements
from lib.dialect import snapshot

RESTATEMENTS_SHOWN_MAX = 50  # of a whole district's late data nobody reads more; --json has all


class Command(BaseCommand):
    """Exit code 1 when a published row is not as it was confirmed; a restatement is no fault."""

    help = "核对已发布的月份:摘要链、每项指标;列出重述 (prove published months, list restatements)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="一个 JSON 文档 (one JSON document)")

    def handle(self, **options: Any) -> None:
        with snapshot():
            faults = published_faults()
            latest = latest_publications()
            restated = [each for publication in latest for each in restatements(publication=publication)]
        if options["json"]:
            document = {
                "ok": not faults,
                "months": len(latest),
                "faults": [fault.as_json() for fault in faults],
                "restatements": [each.as_json() for each in restated],
            }
            self.stdout.write(json.dumps(document, ensure_ascii=False))
        else:
            for fault in faults:
                self.stdout.write(f"✗ {fault.kind} {fault.row}: {fault.message}")
            for each in restated[:RESTATEMENTS_SHOWN_MAX]:
                self.stdout.write(
                    f"~ {each.publication.starts_on:%Y-%m} {each.code} {each.measure} {each.community or '全区'}"
                    f" {each.field}: {each.published or '—'} → {each.today or '—'} ({each.by or '—'})"
                )
            verdict = "完整 (whole)" if not faults else f"发现 {len(faults)} 处不符 (faults)"
            self.stdout.write(f"{len(latest)} 个已发布月份:{verdict};重述 {len(restated)} 处 (restatements)")
        if faults:
            sys.exit(1)
