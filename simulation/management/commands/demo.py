"""demo --base-url URL: a simulated day of a made-up district through the signed door, and what came of it."""

import datetime as dt
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from indicators.facts import Period
from indicators.queries import read_indicators, row_as_json
from indicators.services.standing import count_standings
from lib.progress import progress_bar
from simulation.client import DeviceClient, DoorError, is_address
from simulation.demo_day import make_up_day
from simulation.demo_district import DemoDistrict, NotEmpty, build_district
from simulation.demo_people import DemoLogin, make_people
from simulation.demo_promises import Promises, check_promises
from simulation.demo_screen import DemoScreen
from simulation.demo_sending import SentLog, send_batches
from simulation.demo_summary import read_awarded_points, read_communities
from simulation.demo_waiting import wait_for_tally


class Command(BaseCommand):
    help = "模拟一个区的一天并当场核对 (a simulated day of a district, recounted on the spot; empty database only)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--base-url", required=True, help="运行中的平台 (the running server)")
        parser.add_argument("--json", action="store_true", help="标准输出只有一个 JSON (one JSON document)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Build, send, wait, recount, print.

        :raises CommandError: exit code 2 for wrong usage, 1 where a promise is broken or the day could not be sent.
        """
        if not is_address(base_url=options["base_url"]):
            raise CommandError(f"不是网址 (not the address of a server): {options['base_url']}", returncode=2)
        now = timezone.now()
        yesterday = timezone.localdate(now) - dt.timedelta(days=1)
        seconds: dict[str, float] = {}
        try:
            with _timed(seconds=seconds, stage="total"):
                with _timed(seconds=seconds, stage="district"):
                    district = build_district(on=yesterday, now=now)
                with _timed(seconds=seconds, stage="sending"):
                    log = self._send(district=district, on=yesterday, base_url=options["base_url"])
                with _timed(seconds=seconds, stage="tally"):
                    wait_for_tally(say=self.stderr.write)
                    count_standings(now=timezone.now())  # residents need not wait for the schedule
                with _timed(seconds=seconds, stage="recount"):
                    promises = check_promises(log=log)
        except (NotEmpty, DoorError) as error:
            raise CommandError(str(error), returncode=1) from error
        self._report(log=log, promises=promises, on=yesterday, seconds=seconds, options=options)
        if not promises.are_kept:
            raise CommandError("有承诺不成立 (a promise is broken)", returncode=1)

    def _send(self, *, district: DemoDistrict, on: dt.date, base_url: str) -> SentLog:
        batches = make_up_day(points=district.points, on=on, time_zone=ZoneInfo(settings.TIME_ZONE))
        with DeviceClient(base_url=base_url) as client, progress_bar() as bar:
            shown = bar.track(batches, description="投放 drop-offs")
            return send_batches(batches=shown, client=client, keys=district.keys)

    def _report(
        self, *, log: SentLog, promises: Promises, on: dt.date, seconds: dict[str, float], options: dict[str, Any]
    ) -> None:
        events = {"sent": log.sent} | {
            fate: log.fates[fate] for fate in ("accepted", "duplicate", "conflict", "rejected")
        }
        awarded_points = read_awarded_points()
        communities = read_communities(on=on)
        indicators = read_indicators(period=Period(starts_on=on, ends_on=on), now=timezone.now())
        if options["json"]:
            document = {
                "events": events,
                "points": {"awarded": awarded_points},
                "communities": [each.as_json() for each in communities],
                "indicators": [row_as_json(row=row) for row in indicators],
                "seconds": {stage: round(took, 3) for stage, took in seconds.items()},
                "promises": promises.as_json(),
            }
            self.stdout.write(json.dumps(document, ensure_ascii=False, indent=1))
            return
        screen = DemoScreen(file=cast(TextIO, self.stdout))
        households = sum(each.households for each in communities)
        places = f"{on} · {len(communities)} 个小区 communities · {households:,} 户 households"
        screen.show_events(events=events, awarded_points=awarded_points, places=places)
        screen.show_communities(communities=communities)
        screen.show_indicators(rows=indicators)
        screen.show_promises(promises=promises)
        screen.show_seconds(seconds=seconds)
        screen.show_next(links=_links(base_url=options["base_url"], logins=make_people(now=timezone.now())))


def _links(*, base_url: str, logins: Sequence[DemoLogin]) -> list[tuple[str, str]]:
    return [
        ("首页 front page", f"{base_url}/"),
        ("这是什么垃圾 item look-up", f"{base_url}/what-is-it"),
        *((each.screen, f"{base_url}{each.path}  {each.user} / {each.password or '验证码 code'}") for each in logins),
        ("居民的验证码 the resident's code", f"{settings.STATE_DIR / 'log' / 'tally.log'}"),
        ("桶怎样接入 for bin makers", "docs/device-protocol.md"),
        ("怎样正式运行 how to run it for real", "README.md, docs/operations.md"),
    ]


@contextmanager
def _timed(*, seconds: dict[str, float], stage: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[stage] = time.perf_counter() - started
