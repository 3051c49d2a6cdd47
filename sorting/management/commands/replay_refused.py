"""`replay_refused`: try the kept events again after the cause was mended."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from sorting.models import RefusedEvent
from sorting.services import ReplayOutcome, replay_refused

CHUNK_ROWS = 1_000


class Command(BaseCommand):
    help = "重新提交被拒收的事件 (send refused events through the door again)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--code", help="只重放此原因的事件 (only those refused with this code)")
        parser.add_argument("--json", action="store_true", help="标准输出为一个 JSON 文档")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay what was not replayed yet.

        :raises CommandError: exit code 1 where some are still refused.
        """
        now = timezone.now()
        waiting = RefusedEvent.objects.filter(replayed_at__isnull=True, first_received_at__lt=now)
        if options["code"]:
            waiting = waiting.filter(code=options["code"])
        total = ReplayOutcome()
        last_id = 0
        while rows := list(waiting.filter(pk__gt=last_id).order_by("pk")[:CHUNK_ROWS]):
            last_id = rows[-1].pk
            outcome = replay_refused(refused=rows, now=now)
            total.accepted += outcome.accepted
            total.duplicate += outcome.duplicate
            total.refused += outcome.refused
        self.stdout.write(
            json.dumps(asdict(total))
            if options["json"]
            else f"已接收 {total.accepted}、已有 {total.duplicate}、仍被拒收 {total.refused}"
            " (accepted, duplicate, still refused)"
        )
        if total.refused:
            raise CommandError(f"{total.refused} 条仍被拒收 (still refused)", returncode=1)
