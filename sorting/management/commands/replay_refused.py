"""`replay_refused`: try the kept events again after the cause was mended."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from people.models import User
from sorting.models import RefusedEvent
from sorting.services import ReplayOutcome, replay_refused
from sorting.services.replaying import REASON_LENGTH_MAX, Shift, ShiftOutOfRange

CHUNK_ROWS = 1_000


class Command(BaseCommand):
    help = "重新提交被拒收的事件 (send refused events through the door again)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--code", help="只重放此原因的事件 (only those refused with this code)")
        parser.add_argument("--bin", help="只重放此桶的事件 (only those of this bin)")
        parser.add_argument("--boot-id", help="只重放桶此次启动的事件 (only those of this run of the bin)")
        parser.add_argument(
            "--shift",
            type=int,
            metavar="SECONDS",
            help="投放时间加上这么多秒,时钟快则为负 (added to occurred_at; negative for a clock ahead)",
        )
        parser.add_argument("--by", metavar="USERNAME", help="经办人,与 --shift 同用 (who states the shift)")
        parser.add_argument("--why", default="", metavar="TEXT", help="重放理由,与 --shift 同用 (why, with --shift)")
        parser.add_argument("--json", action="store_true", help="标准输出为一个 JSON 文档")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay what was not replayed yet.

        :raises CommandError: exit code 1 where some are still refused; 2 for a shift without bin and officer.
        """
        now = timezone.now()
        shift = _shift(options)
        waiting = RefusedEvent.objects.filter(replayed_at__isnull=True, first_received_at__lt=now)
        for option, column in (("code", "code"), ("bin", "bin_code"), ("boot_id", "boot_id")):
            if options[option] is not None:
                waiting = waiting.filter(**{column: options[option]})
        total = ReplayOutcome()
        last_id = 0
        while rows := list(waiting.filter(pk__gt=last_id).order_by("pk")[:CHUNK_ROWS]):
            last_id = rows[-1].pk
            outcome = replay_refused(refused=rows, now=now, shift=shift)
            total.accepted += outcome.accepted
            total.duplicate += outcome.duplicate
            total.refused += outcome.refused
        counts = {"accepted": total.accepted, "duplicate": total.duplicate, "refused": total.refused}
        self.stdout.write(
            json.dumps(counts)
            if options["json"]
            else f"已接收 {total.accepted}、已有 {total.duplicate}、仍被拒收 {total.refused}"
            " (accepted, duplicate, still refused)"
        )
        if total.refused:
            raise CommandError(f"{total.refused} 条仍被拒收 (still refused)", returncode=1)


def _shift(options: dict[str, Any]) -> Shift | None:
    if options["shift"] is None:
        return None
    # A wrong clock is one bin's, and somebody answers for the hours that are added.
    if not options["bin"] or not options["by"]:
        raise CommandError("--shift 须同时给出 --bin 和 --by (a shift needs --bin and --by)", returncode=2)
    officer = User.objects.filter(username=options["by"]).first()
    if officer is None:
        raise CommandError(f"没有用户 {options['by']!r} (no such user)", returncode=2)
    try:
        return Shift(seconds=options["shift"], officer=officer, reason=options["why"][:REASON_LENGTH_MAX])
    except ShiftOutOfRange as error:
        raise CommandError(error.text, returncode=2) from error
