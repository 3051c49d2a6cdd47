"""`look_for_flags [--from D --to D] [--json]`: look for what seems unfair, for an officer to judge."""

import datetime as dt
import json
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from lib.errors import DomainError
from points.flags.look import LookOutcome, look_for_flags
from points.models import FlagKind

DAYS_BY_DEFAULT = 7


class Command(BaseCommand):
    """Safe to repeat: a subject is flagged once an occasion. Opens flags and moves no point."""

    help = "查找可疑线索,供人判断 (look for what seems unfair; a person judges)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--from", dest="starts_on", type=_day, help="第一天 (first day; default: 7 days ago)")
        parser.add_argument("--to", dest="ends_on", type=_day, help="最后一天 (last day; default: yesterday)")
        parser.add_argument("--json", action="store_true", help="一个 JSON 文档 (one JSON document)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look once.

        :raises CommandError: exit code 2 where the days are not a span that can be looked at.
        """
        now = timezone.now()
        ends_on = options["ends_on"] or timezone.localdate(now) - dt.timedelta(days=1)
        starts_on = options["starts_on"] or ends_on - dt.timedelta(days=DAYS_BY_DEFAULT - 1)
        if starts_on > ends_on:
            raise CommandError(f"--from {starts_on} 晚于 --to {ends_on} (comes after)", returncode=2)
        try:
            outcome = look_for_flags(starts_on=starts_on, ends_on=ends_on, now=now)
        except DomainError as error:
            raise CommandError(str(error), returncode=2) from error
        if options["json"]:
            self.stdout.write(
                json.dumps(_document(starts_on=starts_on, ends_on=ends_on, outcome=outcome), ensure_ascii=False)
            )
            return
        for kind, count in sorted(outcome.opened.items()):
            self.stdout.write(f"{FlagKind(kind).label} {count} ({kind})")
        self.stdout.write(
            f"{starts_on} 至 {ends_on}:新线索 {outcome.opened.total()} 条,更新 {outcome.refreshed_count} 条 "
            f"({outcome.opened.total()} opened, {outcome.refreshed_count} brought up to date)"
        )
        for each in outcome.cut_off:
            self.stderr.write(f"超出上限,只保留最突出的 (cut off): {each}")


def _document(*, starts_on: dt.date, ends_on: dt.date, outcome: LookOutcome) -> dict[str, Any]:
    return {
        "from": starts_on.isoformat(),
        "to": ends_on.isoformat(),
        "days": outcome.day_count,
        "opened": dict(sorted(outcome.opened.items())),
        "refreshed": outcome.refreshed_count,
        "cut_off": outcome.cut_off,
    }


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"日期应为 YYYY-MM-DD (expected YYYY-MM-DD): {text}") from error
