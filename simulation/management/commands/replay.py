"""replay FILE --from D --to D: daily totals become drop-offs and go through a door."""

import datetime as dt
import json
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from lib.progress import progress_bar
from lib.tables import TableError, read_rows
from simulation.client import DeviceClient, DoorError, is_address
from simulation.daily_totals import COLUMNS, DailyTotal, ImpossibleDay, parse_date, read_totals
from simulation.keys import bin_keys
from simulation.replay_district import RealHouseholds, ReplayCommunity, prepare_district
from simulation.replaying import ReplayOutcome, SendBatch, days_to_yesterday, direct_door, http_door, replay_totals
from simulation.server import ServerError, running_server
from worker.tally import drain

HTTP_DAYS_MAX = 40  # the device door takes nothing older than 45 days
REFUSED_SHOWN_MAX = 20


class Command(BaseCommand):
    help = "把每日总量还原成逐次投放,送进平台 (daily totals become drop-offs and go through a door)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="date, community, weight_g, drop_offs")
        parser.add_argument("--from", dest="from_on", metavar="D", required=True, help="第一天 (first day)")
        parser.add_argument("--to", dest="to_on", metavar="D", required=True, help="最后一天 (last day, included)")
        parser.add_argument("--via", choices=("direct", "http"), default="direct", help="入口 (which door)")
        parser.add_argument("--award", action="store_true", help="direct: 计积分 (award points); http 总是计 (always)")
        parser.add_argument("--base-url", help="http: 已在运行的平台 (a running server; default: start one)")
        parser.add_argument("--no-tally", action="store_true", help="最后不结算 (do not tally at the end)")
        parser.add_argument("--json", action="store_true", help="标准输出只有一个 JSON (one JSON document)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, spread, send, tally, report.

        :raises CommandError: exit code 2 for wrong usage, 1 where something was refused.
        """
        started = time.monotonic()
        now = timezone.now()
        from_on, to_on = _period(options=options)
        totals, outcome = _read(path=options["file"], from_on=from_on, to_on=to_on)
        try:
            communities = prepare_district(totals=totals, now=now)
            self._send(totals=totals, communities=communities, outcome=outcome, to_on=to_on, now=now, options=options)
        except (RealHouseholds, ServerError, DoorError) as error:
            raise CommandError(str(error), returncode=1) from error
        tallied = None if options["no_tally"] else drain(now=timezone.now())
        report = outcome.as_json() | {
            "households": sum(place.household_count for place in communities.values()),
            "via": options["via"],
            "tallied": 0 if tallied is None else tallied.row_count,
            "points": 0 if tallied is None else tallied.points,
            "seconds": round(time.monotonic() - started, 3),
        }
        self._print(report=report, outcome=outcome, is_json=options["json"])
        if not outcome.is_clean:
            raise CommandError("有行或投放被拒收 (something was refused)", returncode=1)

    def _send(
        self,
        *,
        totals: list[DailyTotal],
        communities: dict[str, ReplayCommunity],
        outcome: ReplayOutcome,
        to_on: dt.date,
        now: dt.datetime,
        options: dict[str, Any],
    ) -> None:
        moved_by = dt.timedelta()
        with ExitStack() as stack:
            send: SendBatch
            if options["via"] == "http":
                moved_by = days_to_yesterday(to_on=to_on, now=now)
                base_url = options["base_url"] or stack.enter_context(running_server())
                keys = bin_keys(bins=[each for place in communities.values() for each in place.bins], now=now)
                send = http_door(client=stack.enter_context(DeviceClient(base_url=base_url)), keys=keys)
            else:
                send = direct_door(received_at=now, is_awarding=options["award"])
            bar = stack.enter_context(progress_bar())
            shown = bar.track(totals, description=options["file"].name)
            replay_totals(totals=shown, communities=communities, send=send, moved_by=moved_by, outcome=outcome)

    def _print(self, *, report: dict[str, Any], outcome: ReplayOutcome, is_json: bool) -> None:
        if is_json:
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=1))
            return
        for refusal in outcome.refused[:REFUSED_SHOWN_MAX]:
            self.stderr.write(f"第{refusal.line}行 {refusal.message} [{refusal.code}]")
        if len(outcome.refused) > REFUSED_SHOWN_MAX:
            self.stderr.write(f"… 还有 {len(outcome.refused) - REFUSED_SHOWN_MAX} 行 (more; see --json)")
        per_second = report["sent"] / report["seconds"] if report["seconds"] else 0
        self.stdout.write(
            f"{report['days']} 天 {report['communities']} 个小区 {report['households']:,} 户,"
            f"{report['weight_g'] / 1_000_000:,.3f} 吨 (days, communities, made-up households, tonnes)\n"
            f"投放 sent {report['sent']:,} · 接收 accepted {report['accepted']:,} · 重复 duplicate "
            f"{report['duplicate']:,} · 冲突 conflict {report['conflict']:,} · 拒收 rejected {report['rejected']:,}\n"
            f"拒收的行 refused rows {len(outcome.refused)} · 结算 tallied {report['tallied']:,} · 积分 points "
            f"{report['points']:,} · {report['seconds']:.1f} s, {per_second:,.0f}/s"
        )


def _period(*, options: dict[str, Any]) -> tuple[dt.date, dt.date]:
    try:
        from_on, to_on = parse_date(text=options["from_on"]), parse_date(text=options["to_on"])
    except ImpossibleDay as error:
        raise CommandError(error.message, returncode=2) from error
    if from_on > to_on:
        raise CommandError("--from 晚于 --to (--from is after --to)", returncode=2)
    if options["via"] == "http" and (to_on - from_on).days + 1 > HTTP_DAYS_MAX:
        raise CommandError(f"http 最多 {HTTP_DAYS_MAX} 天 (at most {HTTP_DAYS_MAX} days via http)", returncode=2)
    if options["base_url"] and options["via"] != "http":
        raise CommandError("--base-url 只用于 --via http (only with --via http)", returncode=2)
    if options["base_url"] and not is_address(base_url=options["base_url"]):
        raise CommandError(f"不是网址 (not the address of a server): {options['base_url']}", returncode=2)
    return from_on, to_on


def _read(*, path: Path, from_on: dt.date, to_on: dt.date) -> tuple[list[DailyTotal], ReplayOutcome]:
    try:
        totals, refused = read_totals(rows=read_rows(path=path, columns=COLUMNS), from_on=from_on, to_on=to_on)
    except TableError as error:
        raise CommandError(str(error), returncode=2) from error
    return totals, ReplayOutcome(rows=len(totals) + len(refused), refused=refused)
